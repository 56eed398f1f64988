import type { Duplex } from 'node:stream'

/** What was asked and what a meter says to it, in hexadecimal; no reply: it stays silent. FE before a question is not written. */
export type MeterScript = Readonly<Record<string, string | undefined>>

/** Bytes without the FE that wakes a meter. */
const woken = (frame: Buffer): Buffer => frame.subarray(frame.findIndex((byte) => byte !== 0xfe))
const hexOf = (frame: Buffer): string => frame.toString('hex').toUpperCase()

/**
 * Meters on one line that answer what their script says and nothing else. `asked` collects the questions heard, as hexadecimal digits
 * without spaces. A question arrives in one chunk.
 */
export function playMeters(far: Duplex, script: MeterScript, asked: string[] = []): string[] {
  const answers = new Map(Object.entries(script).map(([frame, reply]) => [frame.replaceAll(' ', ''), reply]))
  far.on('data', (chunk: Buffer) => {
    if (chunk[0] !== 0xfe) return
    const question = hexOf(woken(chunk))
    asked.push(question)
    const reply = answers.get(question)
    if (reply !== undefined) far.write(Buffer.from(reply.replaceAll(' ', ''), 'hex'))
  })
  return asked
}
