import type { Clock } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'
import type { GatewayStatus, LineHealth } from '@civitals/contracts/status'
import type { BatcherState } from './readings/batcher.ts'
import type { Spool } from './spool/spool.ts'

export interface StatusSources {
  readonly clock: Clock
  readonly version: string
  readonly boot: string
  readonly config: () => string
  readonly clockState: () => ClockState
  readonly spool: Spool
  readonly committing: () => BatcherState
  readonly lines: () => LineHealth[]
  readonly bytesSent: () => number
  /** What is wrong with the link, though it stands. */
  readonly trouble?: () => string | undefined
}

const longestTrouble = 200
const dayMs = 86_400_000
// A rate over less than this says more about start-up than about the link.
const shortestSpanMs = 60_000

/** What the gateway says of itself now; `startedAt` is monotonic. */
export function statusOf(sources: StatusSources, startedAt: number): GatewayStatus {
  const { clock, spool, version, boot } = sources
  const { trouble, held } = sources.committing()
  const link = sources.trouble?.()
  const span = Math.max(shortestSpanMs, clock.mono() - startedAt)
  return {
    online: true,
    at: clock.now(),
    version,
    boot,
    config: sources.config(),
    clock: sources.clockState(),
    spool: {
      ...{ id: spool.id, ...spool.counters() },
      ...(trouble !== undefined && { trouble: trouble.slice(0, longestTrouble), held }),
    },
    lines: sources.lines(),
    ...(link !== undefined && { trouble: link }),
    bytesPerDay: Math.round((sources.bytesSent() / span) * dayMs),
  }
}
