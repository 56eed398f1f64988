/** How a line's patience is measured. All in milliseconds. */
export interface LineTiming<Q> {
  /** Silence kept between a reply and the next request. */
  readonly gapMs: number
  /** Time of one character on the wire; 0 behind a socket, where it is not known. */
  readonly characterMs: number
  /** How long a request and its reply may take together. */
  timeoutMs(request: Q): number
}
