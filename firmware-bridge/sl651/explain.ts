import type { ExplainedFrame } from '../frames/frame.ts'
import { beijingIso } from '../frames/local-time.ts'
import { bitsSet } from '../frames/term.ts'
import type { Section, Sl651Body } from './body.ts'
import { elementOf } from './elements.ts'
import { decodeSl651, type Sl651Frame } from './frame.ts'
import { parseBody } from './parse-body.ts'
import { alarmTerm, eventTerm, functionTerm, parameterOf, stationClass } from './terms.ts'

const protocol = 'sl651'

/**
 * What one frame of SL 651-2014 means, binary or ASCII coded. `values` by readable name (`waterLevel`); `elements` says which
 * identifier each came under; values over an hour or at even steps stand in `series`. Of a frame that is one packet of several only the head and, in
 * the first, the serial number can be said.
 */
export function explainSl651(frame: Uint8Array): ExplainedFrame {
  const decoded = decodeSl651(Buffer.from(frame.buffer, frame.byteOffset, frame.length))
  if (!decoded.ok) return { protocol, valid: false, ...decoded.fault }
  const { message } = decoded
  if (message.packet && message.packet.total > 1) {
    return { protocol, valid: true, ...headOf(message), bodyBytes: message.body.length, values: {}, units: {} }
  }
  const body = parseBody(message)
  if (!body.ok) return { protocol, valid: false, ...body.fault }
  return { protocol, valid: true, ...headOf(message), ...meaning(body.message) }
}

function headOf(frame: Sl651Frame): Record<string, unknown> {
  const { station } = frame
  const local = station.startsWith('00') ? undefined : Number.parseInt(station.slice(6), 16)
  return {
    station,
    // An address by administrative division: six digits and a number of its own, printed in full by some makers [6.2.3.2].
    ...(local === undefined ? {} : { division: station.slice(0, 6), localNumber: String(local) }),
    centre: frame.centre,
    password: frame.password,
    function: { ...functionTerm(frame.function), code: frame.function.toString(16).toUpperCase().padStart(2, '0') },
    direction: frame.direction,
    encoding: frame.encoding,
    ...(frame.packet ? { packet: frame.packet } : {}),
    end: frame.end,
  }
}

type Meaning = Record<string, unknown> & { values: Record<string, number>; units: Record<string, string> }

function meaning(body: Sl651Body): Meaning {
  const values: Record<string, number> = {}
  const units: Record<string, string> = {}
  const elements: Record<string, unknown> = {}
  const missing: string[] = []
  for (const { id, value } of body.sections.flatMap((section) => section.observations)) {
    const { name, zh, en, unit } = elementOf(id)
    elements[id] = { name, zh, en, ...(value === undefined ? {} : { value }), ...(unit === '' ? {} : { unit }) }
    if (value === undefined) missing.push(name)
    else values[name] = value
    if (value !== undefined && unit !== '') units[name] = unit
  }
  for (const { id, value } of body.parameters) {
    const { name, unit } = parameterOf(id)
    if (value === undefined) missing.push(name)
    else values[name] = value
    if (value !== undefined && unit !== '') units[name] = unit
  }
  return {
    serial: body.serial,
    ...times(body),
    values,
    units,
    ...some({ elements, series: seriesOf(body), missing }),
    ...restOf(body),
  }
}

function times(body: Sl651Body): Record<string, unknown> {
  const [first] = body.sections
  const observed = body.sections.find((section) => section.at !== undefined)?.at
  const stations = new Set(body.sections.flatMap(({ station }) => station ?? []))
  return {
    ...(body.sentAt === undefined ? {} : { sentAt: beijingIso(body.sentAt) }),
    ...(first?.stationClass === undefined ? {} : { stationClass: classOf(first.stationClass) }),
    ...(observed === undefined ? {} : { observedAt: beijingIso(observed) }),
    ...(stations.size > 1 ? { stations: body.sections.map(sectionOf) } : {}),
  }
}

const classOf = (code: number): Record<string, string> => {
  const { zh, en } = stationClass(code)
  return { code: String.fromCharCode(code), zh, en }
}

/** Of frames that speak for several stations: what belongs to which. */
const sectionOf = (section: Section): Record<string, unknown> => ({
  station: section.station,
  ...(section.at === undefined ? {} : { observedAt: beijingIso(section.at) }),
  values: Object.fromEntries(
    section.observations.flatMap(({ id, value }) => (value === undefined ? [] : [[elementOf(id).name, value]])),
  ),
})

function seriesOf(body: Sl651Body): Record<string, unknown> {
  const all: Record<string, unknown> = {}
  for (const { at, series } of body.sections) {
    for (const { id, stepMinutes, values } of series) {
      const { name, zh, en, unit } = elementOf(id)
      const from = at === undefined ? {} : { from: beijingIso(at) }
      all[name] = { id, zh, en, ...(unit === '' ? {} : { unit }), ...from, stepMinutes, values }
    }
  }
  return all
}

function restOf({ state, texts, picture, events, switches, asked }: Sl651Body): Record<string, unknown> {
  const counted = events?.flatMap((count, index) => (count === 0 ? [] : [{ ...eventTerm(index + 1), count }]))
  return {
    ...(state === undefined ? {} : { state: bitsSet(state, alarmTerm, 32) }),
    ...(picture ? { picture: { bytes: picture.length, jpeg: picture.subarray(0, 2).toString('hex') === 'ffd8' } } : {}),
    ...(counted ? { events: counted } : {}),
    ...(switches ? { switches } : {}),
    ...some({ texts, asked }),
  }
}

/** Leaves out what is empty. */
const some = (fields: Readonly<Record<string, object>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, field]) => Object.keys(field).length > 0))
