import type { Reading } from '@civitals/contracts/reading'
import type { GroupOf } from '../port.ts'

/** Line protocol has no way to write these in a name; a backslash at its end would swallow what follows. */
const unwritable = /[\\\p{Cc}]/u

const plain = /^[\w-]+$/

/**
 * Why a reading cannot be kept under its names, or undefined. Most have the names of the one before but for the point, and points are few: they
 * are looked at once (measured: a third of the time).
 */
export function namesChecked(groupOf: GroupOf): (reading: Reading) => string | undefined {
  const points = new Set<string>()
  let terminal = ''
  return (reading) => {
    if (reading.terminal === terminal && points.has(reading.point)) return undefined
    const refusal = refusalOfNames(reading, groupOf(reading.terminal))
    if (refusal !== undefined) return refusal
    terminal = reading.terminal
    points.add(reading.point)
    return undefined
  }
}

/**
 * InfluxDB would take some names and answer 204 without storing anything: a field called `time` beside others, a line that begins with `#`
 * [InfluxDB 1.x line protocol reference]. Ids of the registry are letters, digits, `_` and `-`, so that of these only `time` and `terminal` can
 * come.
 */
function refusalOfNames({ terminal, point }: Reading, measurement: string): string | undefined {
  if (point === 'time') return 'InfluxDB drops a field called time'
  if (point === 'terminal') return 'a field cannot have the name of the tag terminal'
  if (plain.test(terminal) && plain.test(point) && plain.test(measurement)) return undefined
  if (measurement.startsWith('#')) return 'a line that begins with # is a comment to InfluxDB'
  for (const name of [terminal, point, measurement]) {
    if (name === '') return 'InfluxDB takes no empty names'
    if (unwritable.test(name)) return 'a name holds what line protocol cannot write'
  }
  return undefined
}
