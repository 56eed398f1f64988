import type { BacktestResult, BacktestSide } from '@civitals/contracts/backtest'
import { grades } from '@civitals/contracts/grade'

/** A back-test as a person reads it: grades, alarms and the indicators that moved, side by side. */
export function backtestReport({ sides, differing, notes }: BacktestResult): string {
  const head = ['', ...sides.map(({ name }) => name)]
  const rows = [
    ['mean score', ...sides.map((side) => shown(side.mean))],
    ...(Object.keys(grades) as (keyof typeof grades)[]).map((grade) => [
      `evaluations in ${grade}`,
      ...sides.map((side) => String(side.grades[grade] ?? 0)),
    ]),
    ['alarms', ...sides.map(({ alarms }) => String(alarms.length))],
    ...moved(sides),
  ]
  const widths = head.map((_, k) => Math.max(...[head, ...rows].map((row) => (row[k] ?? '').length)))
  const line = (row: readonly string[]) =>
    row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0))).join('  ')
  const alarms = sides.flatMap(({ name, alarms }) =>
    alarms
      .slice(0, 20)
      .map(({ rule, subject, onset }) => `${name}: ${rule} at ${subject}, ${new Date(onset).toISOString()}`),
  )
  const said = `${differing} of ${sides[0]?.points.length ?? 0} evaluations give another grade`
  return [line(head), ...rows.map(line), said, ...alarms, ...notes.map(({ en }) => en), ''].join('\n')
}

const shown = (value: number | null | undefined): string => (value == null ? '-' : value.toFixed(1))

/** Indicators whose mean score differs between the sides, and those only one of them has. */
function moved(sides: readonly BacktestSide[]): string[][] {
  const ids = [...new Set(sides.flatMap(({ indicators }) => indicators.map(({ id }) => id)))].sort()
  return ids
    .map((id) => [id, ...sides.map(({ indicators }) => shown(indicators.find((one) => one.id === id)?.mean))])
    .filter(([, first, ...others]) => others.some((other) => other !== first))
}
