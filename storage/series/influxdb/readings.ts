import type { Gathering } from '../gathering.ts'
import type { GroupOf, ReadingsQuery } from '../port.ts'
import type { Column } from './influxql.ts'

/** Beyond this InfluxDB's nanoseconds overflow. */
export const furthestMs = 9_223_372_036_854

/** A series that is still asked for: where it stands in the question, and from when on. */
interface Open {
  readonly place: number
  readonly terminal: string
  readonly from: number
}

/** Series that one statement asks for: one point of one group, from one time on. */
interface Together extends Column {
  readonly series: readonly Open[]
}

/** Terminals in one statement: enough that the way there and back counts little. */
const terminalsAtOnce = 50

export function togetherAsked(series: ReadingsQuery['series'], groupOf: GroupOf): readonly Together[] {
  const found = new Map<string, { readonly column: Column; readonly series: Open[] }>()
  for (const [place, { terminal, point, from }] of series.entries()) {
    const column = { measurement: groupOf(terminal), point }
    const key = JSON.stringify([column.measurement, point, from])
    const one = found.get(key) ?? { column, series: [] }
    found.set(key, one)
    one.series.push({ place, terminal, from: Math.ceil(Math.max(from, -furthestMs)) })
  }
  return [...found.values()].flatMap(({ column, series }) =>
    Array.from({ length: Math.ceil(series.length / terminalsAtOnce) }, (_, page) => ({
      ...column,
      series: series.slice(page * terminalsAtOnce, (page + 1) * terminalsAtOnce),
    })),
  )
}

interface Table {
  readonly tags?: Readonly<Record<string, string>>
  /** Rows: time, value, quality code. */
  readonly values: readonly (readonly (string | number | null)[])[]
}

/** Takes one answer in; returns the series of which there may be more. The statement began at the earliest of them. */
export function takePage(found: Gathering, open: readonly Open[], tables: readonly Table[], limit: number): Open[] {
  const byTerminal = new Map(tables.map(({ tags, values }) => [tags?.terminal, values]))
  return open.flatMap(({ place, terminal, from }) => {
    const rows = byTerminal.get(terminal) ?? []
    for (const [time, value, code] of rows) {
      if (Number(time) >= from)
        found.add(place, Number(time), typeof value === 'number' ? value : Number.NaN, Number(code ?? 0))
    }
    const last = Number(rows.at(-1)?.[0] ?? from)
    return rows.length < limit ? [] : [{ place, terminal, from: Math.max(from, last + 1) }]
  })
}
