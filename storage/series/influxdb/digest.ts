import type { SeriesDigest } from '../port.ts'
import { type Column, identifier } from './influxql.ts'

/** Two statements, by terminal: count and sum of values, count of flags. */
export function digestQuery({ measurement, point }: Column, from: number, to: number): string {
  const where = `FROM ${identifier(measurement)} WHERE time >= ${from}ms AND time < ${to}ms GROUP BY "terminal"`
  const value = identifier(point)
  return `SELECT count(${value}), sum(${value}) ${where}; SELECT count(${identifier(`${point}_q`)}) ${where}`
}

interface Answer {
  readonly tags?: Readonly<Record<string, string>>
  /** One row: time, what was asked. */
  readonly values: readonly (readonly (string | number | null)[])[]
}

/** What the two statements said of one point, by terminal. */
export function digestsOf(point: string, values: readonly Answer[], flags: readonly Answer[]): readonly SeriesDigest[] {
  const marked = byTerminal(flags)
  const summed = byTerminal(values)
  return [...new Set([...summed.keys(), ...marked.keys()])].map((terminal) => ({
    terminal,
    point,
    values: Number(summed.get(terminal)?.[1] ?? 0),
    marked: Number(marked.get(terminal)?.[1] ?? 0),
    sum: Number(summed.get(terminal)?.[2] ?? 0),
  }))
}

const byTerminal = (tables: readonly Answer[]): ReadonlyMap<string, readonly (string | number | null)[]> =>
  new Map(
    tables.flatMap(({ tags, values: [row] }) => (tags?.terminal !== undefined && row ? [[tags.terminal, row]] : [])),
  )
