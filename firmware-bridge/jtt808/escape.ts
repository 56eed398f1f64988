import type { Decoded } from '../frames/frame.ts'

/** Marks start and end of a frame; inside it stands as 7D 02 [JT/T 808-2019 4.4.2]. */
export const mark = 0x7e
const escaping = 0x7d

/** Body of a frame as sent, marks left off: 7E becomes 7D 02, 7D becomes 7D 01. */
export function escaped(bytes: Uint8Array): Buffer {
  const out: number[] = []
  for (const byte of bytes) {
    if (byte === mark) out.push(escaping, 0x02)
    else if (byte === escaping) out.push(escaping, 0x01)
    else out.push(byte)
  }
  return Buffer.from(out)
}

/** The bytes between the marks of `frame`, escapes undone. */
export function unescaped(frame: Buffer): Decoded<Buffer> {
  const out = Buffer.alloc(Math.max(0, frame.length - 2))
  let length = 0
  for (let place = 1; place < frame.length - 1; place++) {
    let byte = frame[place] ?? 0
    if (byte === escaping) {
      place++
      const second = place < frame.length - 1 ? frame[place] : undefined
      if (second !== 1 && second !== 2) {
        return { ok: false, fault: { check: 'escape', byte: place, detail: '7D is followed by neither 01 nor 02' } }
      }
      byte = second === 1 ? escaping : mark
    }
    out[length++] = byte
  }
  return { ok: true, message: out.subarray(0, length) }
}

/** Where byte `inner` of the unescaped bytes stands in the frame as sent. */
export function placeInFrame(frame: Buffer, inner: number): number {
  let place = 1
  for (let passed = 0; passed < inner && place < frame.length; passed++) place += frame[place] === escaping ? 2 : 1
  return place
}
