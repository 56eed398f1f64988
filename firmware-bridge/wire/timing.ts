/** How a line's patience is measured. All in milliseconds. */
export interface LineTiming<Q> {
  /** Silence kept between a reply and the next request. */
  readonly gapMs: number
  /** Time of one character on the wire; 0 behind a socket, where it is not known. */
  readonly characterMs: number
  /** How long a request and its reply may take together. `turnaroundMs`: what the asked terminal takes 99 times in 100. */
  timeoutMs(request: Q, turnaroundMs: number): number
  /** Whom a request asks: turnarounds are learned of each terminal. Default: all are one. */
  terminal?(request: Q): number | string
  /** Turnaround expected of a terminal that has not answered yet. Default 0. */
  readonly startMs?: number
  /** What is known of the asked terminal beforehand: a turnaround longer than `startMs`, the silence it needs between two requests. */
  known?(request: Q): { readonly turnaroundMs?: number; readonly pauseMs?: number }
}
