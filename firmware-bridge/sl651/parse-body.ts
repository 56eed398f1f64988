import type { Decoded } from '../frames/frame.ts'
import type { Sl651Body } from './body.ts'
import { parseAscii } from './body-ascii.ts'
import { parseHex } from './body-hex.ts'
import type { Sl651Frame } from './frame.ts'

/** Reads the body of a frame, or of all packets of one in order. `zoneMinutes`: of the station's clock. Never throws. */
export const parseBody = (
  frame: Pick<Sl651Frame, 'encoding' | 'direction' | 'function' | 'body'>,
  zoneMinutes?: number,
): Decoded<Sl651Body> => (frame.encoding === 'hex' ? parseHex(frame, zoneMinutes) : parseAscii(frame, zoneMinutes))
