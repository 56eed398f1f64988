import { NameSchema } from '@civitals/contracts/registry'
import { type Static, Type } from 'typebox'

/** What an indicator rests on: one text for all languages, or one for each. */
export const SourceSchema = Type.Union([Type.String({ minLength: 1 }), NameSchema], {
  description: 'Standard and clause, or "platform convention"; one text, or zh and en.',
})
export type Source = Static<typeof SourceSchema>

/** In each language. */
export const sourceWords = (source: Source): Static<typeof NameSchema> =>
  typeof source === 'string' ? { zh: source, en: source } : source

/** Whether something about an indicator is a choice of the platform and of no standard; shown wherever it is. */
export const isConvention = (source: Source): boolean => Object.values(sourceWords(source)).some(saysConvention)

/** Whether one text says so. */
export const saysConvention = (text: string): boolean => /platform convention|平台约定/i.test(text)
