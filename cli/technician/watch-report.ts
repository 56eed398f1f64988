import type { EpochMs } from '@civitals/contracts/clock'
import type { TerminalReading } from '@civitals/firmware-bridge/driver'
import type { ModbusPoint } from '@civitals/firmware-bridge/profile'
import type { LineStatistics } from '@civitals/firmware-bridge/wire/line'
import { failureInWords, printBand, printValue, reportsOf, symbolOf } from './point-report.ts'
import { sparkline, table } from './print.ts'

/** Rounds a sparkline looks back, where the screen has room for them. */
const lookBack = 60
/** Fewer rounds beside a row say little: then the sparkline stands under it. */
const fewestBeside = 20

/** One terminal watched: its last rounds, as pictures of them. */
export class WatchReport {
  readonly #points: readonly ModbusPoint[]
  readonly #history: (number | undefined)[][]
  readonly #columns: number
  #rounds = 0

  /** `columns`: how wide the screen is; a phone has 50. */
  constructor(points: readonly ModbusPoint[], columns = 100) {
    this.#points = points
    this.#columns = columns
    this.#history = points.map(() => [])
  }

  add(reading: TerminalReading): void {
    this.#rounds++
    for (const [place, { id }] of this.#points.entries()) {
      const past = this.#history[place]
      past?.push(reading.values[id])
      if (past && past.length > lookBack) past.shift()
    }
  }

  /** The whole picture: every point beside its valid range with its last rounds, and what the line has suffered. */
  screen(title: string, reading: TerminalReading, health: LineStatistics): string {
    const reports = reportsOf(this.#points, reading)
    const rows = reports.map(({ point, value, unit, range, wrong = '' }, place) => [
      ...[point, printValue(value, this.#points[place] ?? { resolution: 1 }), symbolOf(unit), printBand(range)],
      wrong,
    ])
    const lines = table(['point', 'value', 'unit', 'valid', ''], rows).trimEnd().split('\n')
    const beside = Math.min(lookBack, this.#columns - 2 - Math.max(...lines.map((text) => text.length)))
    const drawn = lines.flatMap((text, place) => {
      const past = this.#history[place - 1]
      if (!past || past.every((value) => value === undefined)) return [text]
      if (beside < fewestBeside) return [text, `  ${sparkline(past.slice(2 - this.#columns))}`]
      return [`${text.padEnd(this.#columns - beside)}${sparkline(past.slice(-beside))}`]
    })
    const why = reading.failure ? [failureInWords(reading.failure)] : []
    return `${[title, ...drawn, ...why, printHealth(health, this.#rounds)].join('\n')}\n`
  }

  /** One round as a line of text. */
  row(at: EpochMs, reading: TerminalReading): string {
    const parts = reportsOf(this.#points, reading).map(({ point, value, unit, wrong }, place) =>
      value === undefined
        ? `${point} - (${wrong ?? 'not read'})`
        : `${point} ${printValue(value, this.#points[place] ?? { resolution: 1 })} ${symbolOf(unit)}`.trimEnd(),
    )
    return `${new Date(at).toISOString()}  ${parts.join('  ')}\n`
  }

  /** One round as a line of JSON. */
  json(at: EpochMs, reading: TerminalReading, health: LineStatistics): string {
    const { values, quality, failure } = reading
    const round = { at: new Date(at).toISOString(), values, quality, ...(failure && { failure }), line: health }
    return `${JSON.stringify(round)}\n`
  }
}

/** What a line has suffered so far; why frames were rejected stands in a line of its own. */
export function printHealth(health: LineStatistics, rounds: number): string {
  const { transactions, timeouts, crcErrors, exceptions, linkErrors, late, foreign, refused } = health
  const suffered = [
    `${rounds} rounds, ${transactions} requests`,
    ...[`no answer ${timeouts}`, `damaged ${crcErrors}`, `refused ${exceptions}`, `line down ${linkErrors}`],
    ...[`late ${late}`, `foreign ${foreign}`],
  ].join(', ')
  const reasons = Object.entries(refused).map(([check, count]) => `${check} ${count}`)
  return reasons.length === 0 ? suffered : `${suffered}\nrejected frames: ${reasons.join(', ')}`
}
