/** What a cell says, or what is wrong with it; `note` is what a person should know of how it was taken. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly note?: string }
  | { readonly ok: false; readonly why: string }

export const taken = <T>(value: T, note?: string): Parsed<T> => ({
  ok: true,
  value,
  ...(note !== undefined && { note }),
})
export const refused = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why })

/** Full-width forms made plain, small letters. */
export const plain = (text: string): string => text.normalize('NFKC').toLowerCase().trim()

/** Letters and digits alone: `INT16U`, `int 16-u` and `int16_u` are one. */
export const compact = (text: string): string => plain(text).replace(/[^\p{L}\p{N}]+/gu, '')

/** How lists say that there is nothing to say. */
export const saysNothing = (text: string): boolean => /^(?:|[-–—/\\]+|n\/?a|none|null|nil|无|空)$/i.test(text.trim())

/** No line breaks and nothing that does not print. */
export const onOneLine = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
