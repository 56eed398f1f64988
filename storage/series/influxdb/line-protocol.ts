import { qualities } from '@civitals/contracts/quality'
import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope } from '@civitals/contracts/settlement'
import type { GroupOf } from '../port.ts'

/** A reading with the envelope it came in, to name it when the engine refuses it. */
export interface Entry {
  readonly envelope: SettledEnvelope
  readonly reading: Reading
}

/** One line: what one terminal read at one instant, each point once. */
export interface Line {
  readonly measurement: string
  readonly terminal: string
  readonly at: number
  readonly entries: readonly Entry[]
}

/** The lines of some envelopes. Of two readings of one series at one instant the later stays, as in the engine itself. */
export function linesOf(envelopes: readonly SettledEnvelope[], groupOf: GroupOf): readonly Line[] {
  const lines = new Map<string, { terminal: string; at: number; points: Map<string, Entry> }>()
  for (const envelope of envelopes) {
    for (const reading of envelope.readings) {
      const { terminal, at, point } = reading
      const key = `${at} ${terminal}`
      const line = lines.get(key) ?? { terminal, at, points: new Map<string, Entry>() }
      lines.set(key, line)
      line.points.set(point, { envelope, reading })
    }
  }
  return [...lines.values()].map(({ terminal, at, points }) => ({
    measurement: groupOf(terminal),
    terminal,
    at,
    entries: [...points.values()],
  }))
}

/** The envelopes in order, in slices of some `readings` each; one envelope is never divided. */
export function* slicesOf(
  envelopes: readonly SettledEnvelope[],
  readings: number,
): IterableIterator<readonly SettledEnvelope[]> {
  let slice: SettledEnvelope[] = []
  let held = 0
  for (const envelope of envelopes) {
    slice.push(envelope)
    held += envelope.readings.length
    if (held < readings) continue
    yield slice
    slice = []
    held = 0
  }
  if (held > 0) yield slice
}

/** The same readings with a line each. */
export const splitLine = (line: Line): readonly Line[] => line.entries.map((entry) => ({ ...line, entries: [entry] }))

/**
 * `measurement,terminal=id point=1.5,point_q=1i 1718193600000`, time in ms. Values are always floats: a field keeps the type
 * of its first value for ever [InfluxDB 1.x line protocol reference]. Good readings carry no `_q`.
 */
export function encodeLine({ measurement, terminal, at, entries }: Line): string {
  const fields = entries.map(({ reading }) => fieldsOf(reading)).join(',')
  return `${escapeMeasurement(measurement)},terminal=${escapeKey(terminal)} ${fields} ${at}`
}

function fieldsOf({ point, value, quality }: Reading): string {
  const name = escapeKey(point)
  const flag = quality === 'good' ? '' : `${name}_q=${qualities[quality].code}i`
  if (value === null) return flag
  return flag ? `${name}=${value},${flag}` : `${name}=${value}`
}

const escapeMeasurement = (text: string): string => text.replace(/[, ]/g, '\\$&')
const escapeKey = (text: string): string => text.replace(/[,= ]/g, '\\$&')
