import { address } from '../view/address.svelte.ts'
import { en } from './en.ts'
import { type Words, zh } from './zh.ts'

const dictionaries: Readonly<Record<'zh' | 'en', Words>> = { zh, en }

/** The dictionary of the language shown; reading it in markup makes that markup follow the switch. */
export const words = (): Words => dictionaries[address.language]

/** A name of the registry or the catalogue in the language shown. */
export const named = (name: { readonly zh: string; readonly en: string }): string => name[address.language]
