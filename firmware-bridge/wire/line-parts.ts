import type { Clock } from '@civitals/contracts/clock'
import type { Framing } from './framing.ts'
import type { Dial } from './link.ts'
import type { LineTiming } from './timing.ts'
import type { WindowProbe } from './window-probe.ts'

/** What a line is made of. */
export interface LineParts<Q, R extends object> {
  readonly dial: Dial
  readonly framing: Framing<Q, R>
  readonly timing: LineTiming<Q>
  /** Throws for a request no terminal could answer. */
  readonly check: (request: Q) => void
  readonly clock: Clock
  /**
   * How long the line keeps quiet at least after a transaction without a good reply, so that a late one cannot answer the
   * next request; longer where the terminal has shown to be slower. Replies that name their request (Modbus TCP) need none: 0.
   */
  readonly quarantineMs: number
  /** Time-outs in a row, with not one byte heard, after which the line is opened anew. */
  readonly silentLimit: number
  /** How many requests may be under way at once. Default: one. Only for a framing whose replies name their request. */
  readonly window?: WindowProbe
  /** Whether a request may be sent twice: then it is, once, when it failed in company. Default: none. */
  readonly repeatable?: (request: Q) => boolean
}
