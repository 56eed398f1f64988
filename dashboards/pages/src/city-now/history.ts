import type { BodyResult } from '@civitals/contracts/body'
import type { HistoryPoint } from '../../../api/shapes.ts'

const span = 24 * 3_600_000
/** A hole longer than this breaks the line: no data is never drawn as a straight stretch. */
const holeMs = 45 * 60_000

export interface HistoryDrawing {
  readonly from: number
  readonly to: number
  /** Paths in a square of 1000. */
  readonly line: string
  /** Where nobody computed the score at the time. */
  readonly afterwards: string
  readonly band: string
  readonly ticks: readonly { readonly value: number; readonly y: number }[]
  /** y of the newest score. */
  readonly end: number | undefined
}

/** Paths of the score's last 24 hours up to the body now; the scale covers what is drawn and at least 60..90. */
export function historyPaths(
  history: readonly HistoryPoint[],
  body: Pick<BodyResult, 'at' | 'score' | 'interval'> | undefined,
  now: number,
): HistoryDrawing {
  const from = now - span
  const past = history.filter((point) => point.at >= from && point.at < now)
  const last = body
    ? [{ at: now, score: body.score, low: body.interval?.[0] ?? null, high: body.interval?.[1] ?? null }]
    : []
  const points = [...past, ...last]
  const values = points.flatMap(({ score, low, high }) => [score, low, high].filter((value) => value !== null))
  const bottom = Math.max(0, Math.min(60, ...values.map((value) => Math.floor(value / 5) * 5)) - 2)
  const top = Math.min(102, Math.max(90, ...values.map((value) => Math.ceil(value / 5) * 5)) + 2)
  const x = (at: number): number => round(((at - from) / span) * 1000)
  const y = (value: number): number => round(((top - value) / (top - bottom)) * 1000)
  const end = points.at(-1)?.score
  const line = (afterwards: boolean): string =>
    stretches(points, (point) => point.score !== null)
      .flatMap((run) => ofKind(run, afterwards))
      .map((part) => `M${part.map((point) => `${x(point.at)} ${y(point.score ?? 0)}`).join('L')}`)
      .join('')
  return {
    from,
    to: now,
    line: line(false),
    afterwards: line(true),
    band: stretches(points, (point) => point.low !== null && point.high !== null)
      .map((run) => {
        const upper = run.map((point) => `${x(point.at)} ${y(point.high ?? 0)}`)
        const lower = run.map((point) => `${x(point.at)} ${y(point.low ?? 0)}`).reverse()
        return `M${[...upper, ...lower].join('L')}Z`
      })
      .join(''),
    ticks: [30, 50, 70, 85].filter((value) => value > bottom && value < top).map((value) => ({ value, y: y(value) })),
    end: end === null || end === undefined ? undefined : y(end),
  }
}

const round = (value: number): number => Math.round(value * 10) / 10

/** Runs of drawable points without a hole between them. */
function stretches(points: readonly HistoryPoint[], drawable: (point: HistoryPoint) => boolean): HistoryPoint[][] {
  const runs: HistoryPoint[][] = []
  let previous: HistoryPoint | undefined
  for (const point of points.filter(drawable)) {
    if (!previous || point.at - previous.at > holeMs) runs.push([])
    runs.at(-1)?.push(point)
    previous = point
  }
  return runs
}

/** Parts of a run between points of one kind; a step from one kind to the other counts as computed afterwards. */
function ofKind(run: readonly HistoryPoint[], afterwards: boolean): HistoryPoint[][] {
  const parts: HistoryPoint[][] = []
  let open = false
  for (const [k, point] of run.entries()) {
    const before = run[k - 1]
    const step = point.afterwards === true || before?.afterwards === true
    if (before && step === afterwards) {
      if (!open) parts.push([before])
      parts.at(-1)?.push(point)
    }
    open = before !== undefined && step === afterwards
    // A point alone is a line of no length.
    if (run.length === 1 && step === afterwards) parts.push([point])
  }
  return parts
}
