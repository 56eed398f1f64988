import type { PortSetting } from '../scanning/scan-line.ts'
import type { Observations, PlaceTrial, PointTrial, Tally } from './observations.ts'

export const causes = [
  'healthy',
  'unreachable',
  'polarity',
  'speed',
  'address',
  'duplicate address',
  'termination',
  'wrong table',
  'off by one',
  'byte order',
  'wrong profile',
  'slow terminal',
] as const
export type Cause = (typeof causes)[number]

/** The one most probable cause, by what evidence, and what to do next. */
export interface Diagnosis {
  readonly cause: Cause
  /** What was seen that speaks for it. */
  readonly evidence: string
  /** The next thing to do, for somebody who stands at the cabinet. */
  readonly next: string
  /** Less probable, in order. */
  readonly alsoPossible: readonly Cause[]
}

type Finding = Omit<Diagnosis, 'alsoPossible'>

/** Frames lost more often than this are no accident. */
const noticeable = 0.02
/** Answers later than this are not usual: manuals say 5 to 60 ms. */
const slowMs = 200

/**
 * Judges from the outside in: does the line open, does anything answer, are the frames whole, are the registers there, do their values
 * make sense. The first level at which something is wrong names the cause; those below it cannot be judged.
 */
export function diagnose(seen: Observations): Diagnosis {
  const findings = [...opening(seen), ...silence(seen), ...frames(seen), ...registers(seen), ...pace(seen)]
  const [first, ...rest] = findings
  if (!first) return { ...healthy(seen), alsoPossible: [] }
  const others = rest.map(({ cause }) => cause).filter((cause) => cause !== first.cause)
  return { ...first, alsoPossible: [...new Set(others)] }
}

const healthy = ({ unit, short, long }: Observations): Finding => ({
  cause: 'healthy',
  evidence: `unit ${unit} answered ${short.answered + long.answered} of ${short.asked + long.asked} questions`,
  next: 'nothing to do on this line; if readings are missing at the centre: civitals gateway doctor',
})

function* opening({ refused }: Observations): Generator<Finding> {
  if (refused === undefined) return
  yield {
    cause: 'unreachable',
    evidence: refused,
    next: 'check the cable and the name of the port (/dev/serial/by-id), or host and port; a port is free only while no gateway holds it',
  }
}

const sum = (short: Tally, long: Tally, of: keyof Tally): number => short[of] + long[of]

function* silence(seen: Observations): Generator<Finding> {
  const { unit, short, long, others, elsewhere, strayBytes, strayZeros } = seen
  if (seen.refused !== undefined || sum(short, long, 'answered') > 0) return
  const [better] = elsewhere
  if (better) {
    yield {
      cause: 'speed',
      evidence: `unit ${unit} is silent or garbled at ${print(seen.setting)} and answers at ${print(better)}`,
      next: `set the line to ${print(better)}, or the terminal to ${print(seen.setting)}`,
    }
  }
  const garbled = sum(short, long, 'corrupt')
  if (others.length === 0 && strayBytes > 0 && strayZeros * 2 >= strayBytes)
    yield polarity(`${strayZeros} of ${strayBytes} bytes heard are 00, as on an inverted line`)
  if (garbled > 0 && !better) yield* garbledOnly(seen, garbled)
  if (others.length > 0) {
    yield {
      cause: 'address',
      evidence: `unit ${unit} is silent while ${others.map((other) => other.unit).join(', ')} answer on the same wires`,
      next: `check address and power of this terminal: no one answers for ${unit}`,
    }
  } else if (!better && garbled === 0) {
    yield polarity('not one byte came, at no speed and from no unit')
    yield {
      cause: 'unreachable',
      evidence: 'not one byte came',
      next: 'measure the supply of the terminal (9-30 V at most sensors) and the wires to it',
    }
  }
}

const polarity = (evidence: string): Finding => ({
  cause: 'polarity',
  evidence,
  next: 'swap A and B at the terminal (or at the adapter, when all are silent), then try again; if still nothing, measure its supply',
})

function* garbledOnly({ unit, setting, others }: Observations, garbled: number): Generator<Finding> {
  if (others.length > 0) yield duplicate(`only unit ${unit} is garbled (${garbled} times), the others are clean`)
  else
    yield {
      cause: 'speed',
      evidence: `${garbled} answers came, none readable at ${print(setting)}`,
      next: 'the terminal speaks at another speed or parity: civitals gateway scan tries them all',
    }
}

const duplicate = (evidence: string): Finding => ({
  cause: 'duplicate address',
  evidence,
  next: 'two terminals have this address: switch one off, see it answer cleanly, and give the other an address of its own',
})

function* frames(seen: Observations): Generator<Finding> {
  const { unit, short, long, others } = seen
  if (sum(short, long, 'answered') === 0) return
  const doubled = sum(short, long, 'doubled')
  if (doubled > 0) yield duplicate(`${doubled} questions to unit ${unit} had two answers`)
  const mine = share(sum(short, long, 'corrupt'), sum(short, long, 'asked'))
  if (mine <= noticeable) return
  const theirs =
    others.length > 0 ? Math.max(...others.map(({ tally }) => share(tally.corrupt, tally.asked))) : undefined
  const percent = Math.round(mine * 100)
  if (theirs !== undefined && theirs < mine / 4 && mine > 0.2)
    yield duplicate(`${percent} % of the answers of unit ${unit} are garbled, the others' are clean`)
  const longer = share(long.corrupt, long.asked)
  const shorter = share(short.corrupt, short.asked)
  yield {
    cause: 'termination',
    evidence: `${percent} % of the answers are garbled${longer > shorter ? ', long ones more often' : ''}${theirs ? `, other units' too` : ''}`,
    next: 'put 120 ohm across A and B at both ends of the cable and nowhere else; check shield, bias and the length of stubs',
  }
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

function* registers({ points }: Observations): Generator<Finding> {
  const read = points.filter(({ asWritten }) => asWritten !== 'none')
  if (read.length === 0) return
  const refusedHere = read.filter(({ asWritten }) => typeof asWritten === 'number')
  const implausible = read.filter(({ asWritten }) => asWritten === 'out')
  const bad = [...refusedHere, ...implausible]
  if (bad.length === 0) return
  yield* shifted(bad)
  const otherTable = bad.filter((trial) => trial.otherTable === 'in')
  if (refusedHere.length > 0 && otherTable.length * 2 > bad.length)
    yield {
      cause: 'wrong table',
      evidence: `${names(otherTable)}: refused where the profile asks, answered in the other register table`,
      next: 'read them with the other function (holding 3, input 4): correct the profile',
    }
  const reordered = implausible.filter(({ fittingOrders }) => fittingOrders.length > 0)
  if (reordered.length > 0) yield byteOrder(reordered)
  yield {
    cause: 'wrong profile',
    evidence: `${names(bad)}: ${refusedHere.length > 0 ? 'refused' : 'out of range'}`,
    next: 'this terminal is of another type or firmware: civitals gateway scan shows what it says of itself and its registers',
  }
}

function* shifted(bad: readonly PointTrial[]): Generator<Finding> {
  for (const [way, where] of [
    ['lower', 'one lower'],
    ['higher', 'one higher'],
  ] as const) {
    const fit = bad.filter((trial) => trial[way] === 'in')
    // One neighbour that happens to look plausible proves nothing: most of what is wrong must fit.
    if (fit.length * 2 <= bad.length) continue
    yield {
      cause: 'off by one',
      evidence: `${names(fit)}: ${describe(bad[0]?.asWritten)} at the profile's address, in range ${where}`,
      next: `the list of the maker counts from another number: use addresses ${where}`,
    }
  }
}

function byteOrder(reordered: readonly PointTrial[]): Finding {
  const [common] =
    reordered[0]?.fittingOrders.filter((order) => reordered.every((one) => one.fittingOrders.includes(order))) ?? []
  return {
    cause: 'byte order',
    evidence: `${names(reordered)}: out of range as ordered in the profile, in range${common ? ` as ${common}` : ' in another order'}`,
    next: common
      ? `set order: ${common} in the profile`
      : 'civitals gateway read shows the registers in all orders: choose the plausible one',
  }
}

const names = (trials: readonly PointTrial[]): string => trials.map(({ point }) => point).join(', ')
const describe = (trial: PlaceTrial | undefined): string =>
  typeof trial === 'number' ? `exception ${trial}` : 'an impossible value'

function* pace({ slowestMs, unit }: Observations): Generator<Finding> {
  if (slowestMs === undefined || slowestMs <= slowMs) return
  yield {
    cause: 'slow terminal',
    evidence: `unit ${unit} took up to ${Math.round(slowestMs)} ms to answer`,
    next: 'it works; poll it less often, or give its line fewer terminals',
  }
}

const print = (setting: PortSetting | undefined): string =>
  setting
    ? `${setting.baud} 8${(setting.parity ?? 'none').charAt(0).toUpperCase()}${setting.stopBits ?? 1}`
    : 'this line'
