import type { Decoded } from './frame.ts'

export type FrameText = Decoded<Buffer>

/** What people put between the bytes: spaces, line breaks, commas, semicolons, colons, dashes, and 0x, \x before them. */
const separators = /[\s,;:|_-]+|0x|\\x/gi

/**
 * A frame as a person pastes it. Hexadecimal digits with any of the usual separators; protocols that are `text` on the wire
 * also as they stand, their line end added where copying lost it. `byte` of a fault counts bytes, not characters.
 */
export function parseFrame(text: string, textual: boolean): FrameText {
  const digits = text.replaceAll(separators, '')
  const wrong = /[^0-9a-f]/i.exec(digits)
  if (wrong && textual) return { ok: true, message: textFrame(text) }
  const byte = (wrong?.index ?? digits.length) >> 1
  if (wrong) return { ok: false, fault: { check: 'field', byte, detail: `${wrong[0]} is no hexadecimal digit` } }
  if (digits.length % 2 === 0) return { ok: true, message: Buffer.from(digits, 'hex') }
  return {
    ok: false,
    fault: { check: 'length', byte, detail: 'an odd number of hexadecimal digits: half a byte is missing' },
  }
}

/** Written line ends (`\r\n`) count as the bytes they name. */
function textFrame(text: string): Buffer {
  const frame = text.replaceAll('\\r', '\r').replaceAll('\\n', '\n').trimStart()
  return Buffer.from(`${frame.replace(/[\r\n]+$/, '')}\r\n`)
}
