/** How fast a serial line is. */
export interface LineSpeed {
  readonly baud: number
  /** Bits of one character on the wire: 10 for 8N1, 11 for 8E1 and 8N2. */
  readonly bitsPerChar: number
}

/** Time of one character, ms. */
export const charMs = ({ baud, bitsPerChar }: LineSpeed): number => (1000 * bitsPerChar) / baud

/**
 * Silence that separates frames, ms: 3.5 characters of 11 bits up to 19200 baud, fixed above [MODBUS serial line 2.5.1.1].
 * At 8N1 the wire time of 3.5 characters is shorter, but masters and terminals keep to the longer one.
 */
export const silenceMs = ({ baud }: LineSpeed): number => (baud > 19_200 ? 1.75 : (1000 * 38.5) / baud)

/** Turnaround of a terminal: what its processor takes, ms, spread evenly. */
export const turnaroundMs = { from: 5, to: 15 } as const

/**
 * From the arrival of a request at once, as a pseudo-terminal hands it over, to the moment the last character of the reply
 * would have crossed a real wire. A master sees request and reply arrive as whole frames, so one wait covers both ways:
 * (request + reply) characters + silence after the request + turnaround. `chance` in [0, 1) picks the turnaround.
 */
export function replyDelayMs(line: LineSpeed, requestChars: number, replyChars: number, chance: number): number {
  const turnaround = turnaroundMs.from + (turnaroundMs.to - turnaroundMs.from) * chance
  return (requestChars + replyChars) * charMs(line) + silenceMs(line) + turnaround
}
