import uPlot from 'uplot'
import { drawMarks, noMarks, type TrendMarks } from './marks.ts'
import type { TrendModel } from './model.ts'

/** What the chart says in words, in the language shown. */
export interface ChartTexts {
  readonly clock: (at: number) => string
  readonly axis: (value: number) => string
  readonly value: (value: number) => string
  readonly limit: (value: number, grade: 'C' | 'D') => string
  readonly anomaly: Parameters<typeof drawMarks>[2]
}

export interface Chart {
  show(model: TrendModel, texts: ChartTexts, marks?: TrendMarks): void
  destroy(): void
}

type Token = (name: string) => string

/** Draws a trend into `holder` and follows its size. `hover` gets the time under the pointer, or undefined. */
export function openChart(holder: HTMLElement, hover: (at: number | undefined) => void): Chart {
  let current: { model: TrendModel; texts: ChartTexts; marks: TrendMarks } | undefined
  const token: Token = (name) => getComputedStyle(holder).getPropertyValue(name).trim()
  const font = (weight = 400): string => `${weight} 12px ${token('--t-family')}`
  const options: uPlot.Options = {
    width: Math.max(100, holder.clientWidth),
    height: Math.max(80, holder.clientHeight),
    legend: { show: false },
    padding: [10, 18, 0, 0],
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [(current?.model.from ?? 0) / 1000, (current?.model.to ?? 1) / 1000] },
      y: { range: () => [current?.model.low ?? 0, current?.model.high ?? 1] },
    },
    axes: [
      {
        stroke: () => token('--c-text-3'),
        font: font(),
        size: 26,
        gap: 6,
        grid: { show: false },
        ticks: { show: false },
        space: 70,
        values: (_chart, splits) => splits.map((at) => current?.texts.clock(at * 1000) ?? ''),
      },
      {
        stroke: () => token('--c-text-3'),
        font: font(),
        size: 40,
        gap: 6,
        space: 34,
        grid: { stroke: () => token('--c-line'), width: 1 },
        ticks: { show: false },
        values: (_chart, splits) => splits.map((value) => current?.texts.axis(value) ?? ''),
      },
    ],
    series: [{}, { stroke: () => token('--c-text'), width: 2, points: { show: false }, spanGaps: false }],
    hooks: {
      drawClear: [
        (chart) => {
          if (!current) return
          drawUnder(chart, current.model, token)
          drawMarks(chart, current.marks, current.texts.anomaly, token)
        },
      ],
      draw: [(chart) => current && drawOver(chart, current.model, current.texts, token)],
      setCursor: [
        (chart) => {
          const left = chart.cursor.left ?? -1
          hover(left < 0 ? undefined : chart.posToVal(left, 'x') * 1000)
        },
      ],
    },
  }
  const chart = new uPlot(options, [[], []], holder)
  const follow = new ResizeObserver(() => {
    chart.setSize({ width: Math.max(100, holder.clientWidth), height: Math.max(80, holder.clientHeight) })
  })
  follow.observe(holder)
  return {
    show(model, texts, marks = noMarks) {
      current = { model, texts, marks }
      chart.setData([model.points.map((one) => one.at / 1000), model.points.map((one) => one.value)])
    },
    destroy() {
      follow.disconnect()
      chart.destroy()
    },
  }
}

function drawUnder(chart: uPlot, model: TrendModel, token: Token): void {
  const { ctx, bbox } = chart
  const y = (value: number): number => chart.valToPos(value, 'y', true)
  const x = (at: number): number => chart.valToPos(at / 1000, 'x', true)
  ctx.save()
  if (model.band) {
    ctx.fillStyle = token('--c-band')
    ctx.globalAlpha = 0.75
    ctx.fillRect(bbox.left, y(model.band[1]), bbox.width, y(model.band[0]) - y(model.band[1]))
  }
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  drawExtremes(ctx, model, x, y, token)
  const { fan } = model
  if (fan) {
    ctx.fillStyle = token('--c-mark')
    for (const [[low, high], alpha] of [
      [fan.wide, 0.16],
      [fan.narrow, 0.22],
    ] as const) {
      const span = fan.to - fan.from.at
      ctx.globalAlpha = alpha
      ctx.beginPath()
      ctx.moveTo(x(fan.from.at), y(fan.from.value))
      ctx.lineTo(x(fan.to), y(fan.from.value + high * span))
      ctx.lineTo(x(fan.to), y(fan.from.value + low * span))
      ctx.fill()
    }
  }
  if (model.hours.length > 0 && model.last) drawHours(ctx, model, x, y, token)
  ctx.restore()
}

/** What lies between the extremes of each bucket: a mean of an hour hides its peaks. */
function drawExtremes(
  ctx: CanvasRenderingContext2D,
  { points }: TrendModel,
  x: (at: number) => number,
  y: (value: number) => number,
  token: Token,
): void {
  ctx.fillStyle = token('--c-text')
  ctx.globalAlpha = 0.14
  for (const [place, one] of points.entries()) {
    const next = points[place + 1]
    if (one.min === undefined || one.max === undefined || next?.min === undefined || next.max === undefined) continue
    ctx.beginPath()
    ctx.moveTo(x(one.at), y(one.min))
    ctx.lineTo(x(one.at), y(one.max))
    ctx.lineTo(x(next.at), y(next.max))
    ctx.lineTo(x(next.at), y(next.min))
    ctx.fill()
  }
}

/** Bands of the hours ahead, opening from the newest value, and their middle dotted. */
function drawHours(
  ctx: CanvasRenderingContext2D,
  { hours, last }: TrendModel,
  x: (at: number) => number,
  y: (value: number) => number,
  token: Token,
): void {
  if (!last) return
  ctx.fillStyle = token('--c-mark')
  for (const [key, alpha] of [
    ['wide', 0.14],
    ['narrow', 0.2],
  ] as const) {
    ctx.globalAlpha = alpha
    ctx.beginPath()
    ctx.moveTo(x(last.at), y(last.value))
    for (const hour of hours) ctx.lineTo(x(hour.at), y(hour[key][1]))
    for (const hour of hours.toReversed()) ctx.lineTo(x(hour.at), y(hour[key][0]))
    ctx.fill()
  }
  const dot = devicePixelRatio
  ctx.globalAlpha = 1
  ctx.strokeStyle = token('--c-text')
  ctx.lineWidth = 1.5 * dot
  ctx.setLineDash([2 * dot, 4 * dot])
  ctx.beginPath()
  ctx.moveTo(x(last.at), y(last.value))
  for (const hour of hours) ctx.lineTo(x(hour.at), y(hour.value))
  ctx.stroke()
  ctx.setLineDash([])
}

function drawOver(chart: uPlot, model: TrendModel, texts: ChartTexts, token: Token): void {
  const { ctx, bbox } = chart
  const dot = devicePixelRatio
  const y = (value: number): number => chart.valToPos(value, 'y', true)
  const x = (at: number): number => chart.valToPos(at / 1000, 'x', true)
  const family = token('--t-family')
  ctx.save()
  ctx.font = `400 ${12 * dot}px ${family}`
  ctx.textBaseline = 'bottom'
  for (const { value, grade } of model.limits) {
    const tone = grade.toLowerCase()
    ctx.strokeStyle = token(`--g-${tone}-edge`)
    ctx.lineWidth = dot
    ctx.setLineDash([6 * dot, 4 * dot])
    line(ctx, bbox.left, y(value), bbox.left + bbox.width, y(value))
    ctx.fillStyle = token(`--g-${tone}-text`)
    ctx.textAlign = 'left'
    ctx.fillText(texts.limit(value, grade), bbox.left + 6 * dot, y(value) - 2 * dot)
  }
  const { last, forecast } = model
  if (last && forecast) {
    ctx.strokeStyle = token('--c-line-2')
    ctx.setLineDash([])
    line(ctx, x(last.at), bbox.top, x(last.at), bbox.top + bbox.height)
    ctx.strokeStyle = token('--c-text')
    ctx.lineWidth = 1.5 * dot
    ctx.setLineDash([2 * dot, 4 * dot])
    const ends = { at: Math.min(forecast.at, model.to), value: forecast.value }
    if (forecast.at > model.to) {
      ends.value = last.value + ((forecast.value - last.value) * (model.to - last.at)) / (forecast.at - last.at)
    }
    line(ctx, x(last.at), y(last.value), x(ends.at), y(ends.value))
    if (forecast.at <= model.to) {
      mark(ctx, x(forecast.at), y(forecast.value), dot, token('--c-surface'), token('--c-text'))
      ctx.font = `600 ${12 * dot}px ${family}`
      ctx.fillStyle = token('--c-text')
      ctx.textAlign = 'center'
      ctx.fillText(
        texts.clock(forecast.at),
        Math.min(x(forecast.at), bbox.left + bbox.width - 16 * dot),
        y(forecast.value) - 7 * dot,
      )
    }
  }
  if (last) {
    const over = model.limits.findLast((limit) => last.value >= limit.value)
    const tone = over?.grade.toLowerCase()
    mark(
      ctx,
      x(last.at),
      y(last.value),
      dot,
      token(tone ? `--g-${tone}-solid` : '--c-text'),
      token(tone ? `--g-${tone}-edge` : '--c-text'),
    )
    ctx.font = `600 ${13 * dot}px ${family}`
    ctx.fillStyle = token('--c-text')
    ctx.textAlign = 'right'
    ctx.fillText(texts.value(last.value), x(last.at) - 8 * dot, y(last.value) - 4 * dot)
  }
  ctx.restore()
}

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
  ctx.stroke()
}

function mark(ctx: CanvasRenderingContext2D, x: number, y: number, dot: number, fill: string, edge: string): void {
  ctx.setLineDash([])
  ctx.lineWidth = 1.5 * dot
  ctx.fillStyle = fill
  ctx.strokeStyle = edge
  ctx.beginPath()
  ctx.arc(x, y, 4.5 * dot, 0, 2 * Math.PI)
  ctx.fill()
  ctx.stroke()
}
