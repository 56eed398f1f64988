import type { Finding } from '@civitals/contracts/document'
import { nearest } from '@civitals/contracts/nearest'
import { isUnitId, units } from '@civitals/contracts/units'
import { elementFindings, meterFindings } from './element-lint.ts'
import { keyOf } from './element-values.ts'
import { isModbusPoint, type ModbusProfile, type Profile, type ProfilePoint } from './profile.ts'
import { identifyFindings, limitFindings, overlaps, readFindings, writeFindings } from './read-lint.ts'

/** What is wrong with a well-formed profile, and what could be better. */
export interface ProfileLint {
  readonly problems: readonly Finding[]
  readonly advice: readonly Finding[]
}

/** A key, seen from the point or the profile it belongs to (`read.order`), and what is wrong with it. */
export type Remark = readonly [key: string, message: string]

const found = (keys: readonly string[], [key, message]: Remark): Finding => ({
  keys: [...keys, ...key.split('.')],
  message,
  onKey: false,
})

/** The checks of a profile that its schema cannot make. */
export function lintProfile(profile: Profile, file: string): ProfileLint {
  const problems: Finding[] = []
  const advice: Finding[] = []
  const folder = folderOf(file)
  if (folder !== undefined && folder !== profile.profile) {
    problems.push(found([], ['profile', `is ${profile.profile}, but its folder is ${folder}`]))
  }
  if (profile.protocol === 'modbus') problems.push(...modbusRemarks(profile).map((remark) => found([], remark)))
  else problems.push(...meterFindings(profile).map((remark) => found([], remark)))
  const earlier: ProfilePoint[] = []
  for (const [place, point] of profile.points.entries()) {
    const keys = ['points', String(place)]
    for (const remark of [...remarks(point, profile), ...clashes(point, earlier)]) problems.push(found(keys, remark))
    if (point.class === 'alarm' && !point.normal) {
      advice.push(found(keys, ['id', `${point.id} may raise alarms but has no normal band`]))
    }
    earlier.push(point)
  }
  return { problems, advice }
}

const folderOf = (file: string): string | undefined => /(?:^|[/\\])([^/\\]+)[/\\]profile\.yaml$/.exec(file)?.[1]

const modbusRemarks = (profile: ModbusProfile): Remark[] => [...limitFindings(profile), ...identifyFindings(profile)]

function* remarks(point: ProfilePoint, profile: Profile): Generator<Remark> {
  if (!isUnitId(point.unit)) {
    const near = nearest(point.unit, Object.keys(units))
    yield ['unit', `unknown unit ${point.unit}${near ? `; did you mean ${near}?` : ''}`]
  }
  yield* bands(point)
  yield* policies(point)
  yield* making(point)
  if (isModbusPoint(point)) {
    if (profile.protocol !== 'modbus') return
    yield* readFindings(point, profile.limits)
    yield* writeFindings(point)
  } else if (profile.protocol !== 'modbus') yield* elementFindings(point, profile)
}

function* bands({ range, normal, resolution }: ProfilePoint): Generator<Remark> {
  if (range[0] >= range[1]) yield ['range', 'the lower end must be below the upper']
  else if (resolution > range[1] - range[0]) yield ['resolution', 'is wider than the whole range']
  if (!normal) return
  if (normal[0] > normal[1]) yield ['normal', 'the lower end must not be above the upper']
  if (normal[0] < range[0] || normal[1] > range[1]) yield ['normal', 'lies outside the possible range']
}

function* policies({ range, deadband, edgeAlarm }: ProfilePoint): Generator<Remark> {
  if (deadband !== undefined && deadband > range[1] - range[0]) yield ['deadband', 'is wider than the whole range']
  if (!edgeAlarm) return
  const { above, below, hysteresis = 0 } = edgeAlarm
  if (above === undefined && below === undefined) yield ['edgeAlarm', 'key above or key below is missing']
  for (const [key, limit] of Object.entries({ above, below })) {
    if (limit !== undefined && (limit < range[0] || limit > range[1]))
      yield [`edgeAlarm.${key}`, 'lies outside the possible range']
  }
  if (above === undefined || below === undefined) return
  if (below >= above) yield ['edgeAlarm.below', 'must be below `above`']
  else if (hysteresis >= above - below) yield ['edgeAlarm.hysteresis', 'is as wide as what lies between the limits']
}

/** What reads of every protocol have. */
function* making({ range, read: { scale, offset, values } }: ProfilePoint): Generator<Remark> {
  if (scale === 0) yield ['read.scale', 'must not be 0']
  if (!values) return
  if (scale !== undefined || offset !== undefined) yield ['read.values', 'stands instead of scale and offset']
  for (const [raw, value] of Object.entries(values)) {
    if (value < range[0] || value > range[1]) yield [`read.values.${raw}`, 'lies outside the possible range']
  }
}

function* clashes(point: ProfilePoint, earlier: readonly ProfilePoint[]): Generator<Remark> {
  if (earlier.some((other) => other.id === point.id)) yield ['id', `${point.id} is used twice`]
  if (isModbusPoint(point)) {
    const other = earlier.find((one) => isModbusPoint(one) && overlaps(point.read, one.read))
    if (other) yield ['read.address', `overlaps the ${point.read.function} registers of ${other.id}`]
    return
  }
  const { element } = point.read
  const other = earlier.find((one) => !isModbusPoint(one) && keyOf(one.read.element) === keyOf(element))
  if (other) yield ['read.element', `${element} is already ${other.id}`]
}
