import { type Problem, problemAt } from '@civitals/contracts/document'
import { nearest } from '@civitals/contracts/nearest'
import { isUnitId, units } from '@civitals/contracts/units'
import type { Profile, ProfilePoint, ReadSpec } from './profile.ts'
import { registerCount } from './registers.ts'

/** What is wrong with a well-formed profile, and what could be better. */
export interface ProfileLint {
  readonly problems: readonly Problem[]
  readonly advice: readonly Problem[]
}

type Finding = readonly [key: string, message: string]

/** The checks of a profile that its schema cannot make. */
export function lintProfile(profile: Profile, text: string, file: string): ProfileLint {
  const problems: Problem[] = []
  const advice: Problem[] = []
  const folder = folderOf(file)
  if (folder !== undefined && folder !== profile.profile) {
    problems.push(problemAt(text, file, ['profile'], `is ${profile.profile}, but its folder is ${folder}`))
  }
  for (const [place, point] of profile.points.entries()) {
    const keys = (key: string): string[] => ['points', String(place), ...key.split('.')]
    const earlier = profile.points.slice(0, place)
    for (const [key, message] of [...findings(point), ...clashes(point, earlier)]) {
      problems.push(problemAt(text, file, keys(key), message))
    }
    if (point.class === 'alarm' && !point.normal) {
      advice.push(problemAt(text, file, keys('id'), `${point.id} may raise alarms but has no normal band`))
    }
  }
  return { problems, advice }
}

const folderOf = (file: string): string | undefined => /(?:^|\/)([^/]+)\/profile\.yaml$/.exec(file)?.[1]

function* findings(point: ProfilePoint): Generator<Finding> {
  if (!isUnitId(point.unit)) {
    const near = nearest(point.unit, Object.keys(units))
    yield ['unit', `unknown unit ${point.unit}${near ? `; did you mean ${near}?` : ''}`]
  }
  yield* bands(point)
  yield* readSpec(point.read)
}

function* bands({ range, normal, resolution }: ProfilePoint): Generator<Finding> {
  if (range[0] >= range[1]) yield ['range', 'the lower end must be below the upper']
  else if (resolution > range[1] - range[0]) yield ['resolution', 'is wider than the whole range']
  if (!normal) return
  if (normal[0] > normal[1]) yield ['normal', 'the lower end must not be above the upper']
  if (normal[0] < range[0] || normal[1] > range[1]) yield ['normal', 'lies outside the possible range']
}

function* readSpec(read: ReadSpec): Generator<Finding> {
  const bits = read.function === 'coil' || read.function === 'discrete'
  if (bits !== (read.type === 'bit')) {
    yield [
      'read.type',
      bits ? `a ${read.function} holds a bit, not ${read.type}` : 'a register holds a number, not a bit',
    ]
  }
  if (read.order !== undefined && registerCount(read.type) < 2) {
    yield ['read.order', `${read.type} has no word order; it is for 32-bit types`]
  }
  if (read.scale === 0) yield ['read.scale', 'must not be 0']
  if (read.address + registerCount(read.type) > 65536) {
    yield ['read.address', `${read.type} at ${read.address} reaches beyond 65535`]
  }
}

function* clashes(point: ProfilePoint, earlier: readonly ProfilePoint[]): Generator<Finding> {
  if (earlier.some((other) => other.id === point.id)) yield ['id', `${point.id} is used twice`]
  const overlapping = earlier.find((other) => overlap(point.read, other.read))
  if (overlapping) yield ['read.address', `overlaps the ${point.read.function} registers of ${overlapping.id}`]
}

const overlap = (a: ReadSpec, b: ReadSpec): boolean =>
  a.function === b.function &&
  a.address < b.address + registerCount(b.type) &&
  b.address < a.address + registerCount(a.type)
