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
  /** Terminal and instant: what a later line with the same overwrites. */
  readonly key: string
  readonly measurement: string
  readonly terminal: string
  readonly at: number
  readonly entries: readonly Entry[]
}

/**
 * The lines of some envelopes. Of two readings of one series at one instant the later stays, as in the engine itself. Readings of
 * one sample follow each other: only the first of them is looked up (measured: half the time of the whole encoding).
 */
export function linesOf(envelopes: readonly SettledEnvelope[], groupOf: GroupOf): readonly Line[] {
  const lines = new Map<string, Growing>()
  let line: Growing | undefined
  for (const envelope of envelopes) {
    for (const reading of envelope.readings) {
      const { terminal, at } = reading
      if (line?.terminal !== terminal || line.at !== at) {
        const key = `${at} ${terminal}`
        line = lines.get(key)
        if (!line) {
          line = { key, measurement: groupOf(terminal), terminal, at, entries: [] }
          lines.set(key, line)
        }
      }
      put(line.entries, { envelope, reading })
    }
  }
  return [...lines.values()]
}

interface Growing extends Line {
  readonly entries: Entry[]
}

/** A terminal has few points: looking along them is faster than a table of names. */
function put(entries: Entry[], entry: Entry): void {
  const { point } = entry.reading
  for (let place = 0; place < entries.length; place++) {
    if (entries[place]?.reading.point !== point) continue
    entries[place] = entry
    return
  }
  entries.push(entry)
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
  let fields = ''
  for (const { reading } of entries) fields += `${fields && ','}${fieldsOf(reading)}`
  return `${escapeMeasurement(measurement)},terminal=${escapeKey(terminal)} ${fields} ${at}`
}

function fieldsOf({ point, value, quality }: Reading): string {
  const name = escapeKey(point)
  if (quality === 'good') return `${name}=${value}`
  const flag = `${name}_q=${qualities[quality].code}i`
  return value === null ? flag : `${name}=${value},${flag}`
}

/** Ids need no escaping; asking first is several times faster than replacing nothing. */
const plain = /^[\w-]+$/
const escapeMeasurement = (text: string): string => (plain.test(text) ? text : text.replace(/[, ]/g, '\\$&'))
const escapeKey = (text: string): string => (plain.test(text) ? text : text.replace(/[,= ]/g, '\\$&'))
