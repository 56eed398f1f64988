import type { Anomaly } from '@civitals/contracts/anomaly'
import type { SeriesFlags } from '@civitals/contracts/series-flags'
import type uPlot from 'uplot'

/** What is said of the readings shown, beside them. */
export interface TrendMarks {
  /** What was found to be off the habits of the series. */
  readonly anomalies: readonly Anomaly[]
  /** Stretches that quality control has doubts about. */
  readonly flagged: SeriesFlags['spans']
}

export const noMarks: TrendMarks = { anomalies: [], flagged: [] }

/** The marks that touch a stretch; gaps show as gaps of the line. */
export const marksWithin = ({ anomalies, flagged }: TrendMarks, from: number, to: number): TrendMarks => ({
  anomalies: anomalies.filter((one) => one.to >= from && one.from < to),
  flagged: flagged.filter((one) => (one.flag === 3 || one.flag === 4) && one.to >= from && one.from < to),
})

/** What was found is a hatched stretch with its name on top; flagged readings are bars on the lower edge, solid where they failed. */
export function drawMarks(
  chart: uPlot,
  marks: TrendMarks,
  nameOf: (kind: Anomaly['kind']) => string,
  token: (name: string) => string,
): void {
  const { ctx, bbox } = chart
  const dot = devicePixelRatio
  const right = bbox.left + bbox.width
  const x = (at: number): number => Math.min(right, Math.max(bbox.left, chart.valToPos(at / 1000, 'x', true)))
  ctx.save()
  for (const [place, { kind, from, to }] of marks.anomalies.entries()) {
    const left = x(from)
    // A spike is one reading long.
    const end = Math.max(x(to), left + 2 * dot)
    hatch(ctx, left, end, bbox.top, bbox.height, 7 * dot, token('--c-hatch'))
    ctx.setLineDash([])
    ctx.strokeStyle = token('--c-text')
    ctx.lineWidth = 2 * dot
    stroke(ctx, left, bbox.top + dot, end, bbox.top + dot)
    // The newest comes first and is the one spoken of; names of several would lie upon each other.
    if (place > 0) continue
    const name = nameOf(kind)
    ctx.font = `600 ${12 * dot}px ${token('--t-family')}`
    ctx.textBaseline = 'top'
    ctx.textAlign = 'left'
    const width = ctx.measureText(name).width
    const start = Math.max(bbox.left, Math.min(left, right - width - 6 * dot))
    ctx.fillStyle = token('--c-surface')
    ctx.fillRect(start, bbox.top + 4 * dot, width + 8 * dot, 17 * dot)
    ctx.fillStyle = token('--c-text')
    ctx.fillText(name, start + 4 * dot, bbox.top + 6 * dot)
  }
  const bottom = bbox.top + bbox.height
  for (const { from, to, flag } of marks.flagged) {
    const [left, end] = [x(from), x(to)]
    const width = Math.max(3 * dot, end - left)
    ctx.fillStyle = token(flag === 4 ? '--c-text' : '--c-mark')
    ctx.fillRect(left, bottom - (flag === 4 ? 7 : 4) * dot, width, (flag === 4 ? 7 : 4) * dot)
  }
  ctx.restore()
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  right: number,
  top: number,
  height: number,
  step: number,
  color: string,
): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, right - left, height)
  ctx.clip()
  ctx.strokeStyle = color
  ctx.globalAlpha = 0.55
  ctx.lineWidth = devicePixelRatio
  for (let at = left - height; at < right; at += step) stroke(ctx, at, top + height, at + height, top)
  ctx.restore()
}

function stroke(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
  ctx.stroke()
}
