import { qualityOfCode } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'

interface Newest {
  readonly tags?: Readonly<Record<string, string>>
  /** One row: time, what is newest. */
  readonly values: readonly (readonly (string | number | null)[])[]
}

/**
 * The newest reading of one point by terminal, from the newest value and the newest flag. A flag later than the value is a
 * reading without value; an earlier one belongs to an earlier reading.
 */
export function newestOf(point: string, values: readonly Newest[], flags: readonly Newest[]): readonly Reading[] {
  const newestFlag = byTerminal(flags)
  const newestValue = byTerminal(values)
  return [...new Set([...newestValue.keys(), ...newestFlag.keys()])].flatMap((terminal) => {
    const value = newestValue.get(terminal)
    const flag = newestFlag.get(terminal)
    if (flag && (!value || flag.at >= value.at)) {
      const kept = value?.at === flag.at ? value.number : null
      return [{ terminal, point, at: flag.at, value: kept, quality: qualityOfCode(flag.number) }]
    }
    return value ? [{ terminal, point, at: value.at, value: value.number, quality: 'good' }] : []
  })
}

function byTerminal(tables: readonly Newest[]): ReadonlyMap<string, { readonly at: number; readonly number: number }> {
  return new Map(
    tables.flatMap(({ tags, values: [row] }) =>
      tags?.terminal !== undefined && row ? [[tags.terminal, { at: Number(row[0]), number: Number(row[1]) }]] : [],
    ),
  )
}
