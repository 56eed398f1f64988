import type { Clock } from '@civitals/contracts/clock'
import { decodeReads } from '../driver.ts'
import type { ModbusRead, ModbusTable } from '../modbus/line.ts'
import { characterMs, interFrameMs } from '../modbus/timing.ts'
import { planReads, type ReadPlan } from '../planning/plan-reads.ts'
import { type ModbusPoint, modbusPoints, type Profile } from '../profile.ts'
import type { PortSetting } from '../scanning/scan-line.ts'
import { scanUnits } from '../scanning/scan-units.ts'
import type { SerialTransport } from '../transport.ts'
import type { Dial } from '../wire/link.ts'
import { BareConversation, type Heard } from './ear.ts'
import type { Observations, PlaceTrial, PointTrial, Tally } from './observations.ts'

export interface ObserveOptions {
  readonly port: SerialTransport
  readonly unit: number
  /** How the terminal is read; without it only the line is looked at. */
  readonly profile?: Profile
  readonly clock: Clock
  readonly dial: (port: SerialTransport) => Dial
  /** Settings tried when the unit does not answer at its own. */
  readonly settings: readonly PortSetting[]
  readonly onStep?: (step: string) => void
  readonly signal: AbortSignal
}

const rounds = 15
const patienceMs = 400
const listenMs = 300
const mostOthers = 3
const longRead = 20

/** Looks at a line and one of its terminals from every side. Never throws for what the line does. */
export async function observe(options: ObserveOptions): Promise<Observations> {
  const { port, unit, onStep } = options
  const setting: PortSetting = { baud: port.baud, parity: port.parity ?? 'none', stopBits: port.stopBits ?? 1 }
  const nothing = { unit, setting, others: [], elsewhere: [], points: [], strayBytes: 0, strayZeros: 0 }
  onStep?.('asking the terminal')
  const conversation = await open(options, port).catch((error: unknown) =>
    String(error instanceof Error ? error.message : error),
  )
  if (typeof conversation === 'string') return { ...nothing, short: noTally, long: noTally, refused: conversation }
  const idle = await conversation.listen(listenMs)
  const place = placeOf(options.profile)
  const short = await tally(conversation, { ...place, count: 1, unit })
  const long = await tally(conversation, { ...place, count: longest(options.profile), unit })
  const answers = short.tally.answered + long.tally.answered > 0
  onStep?.('reading its points')
  const points = answers && options.profile ? await tryPoints(conversation, unit, options.profile) : []
  await conversation.close()
  const clean = answers && short.tally.corrupt + long.tally.corrupt + short.tally.doubled + long.tally.doubled === 0
  onStep?.('looking for other terminals')
  const others = clean ? [] : await tallyOthers(options, place)
  onStep?.('trying other speeds')
  const elsewhere = answers ? [] : await tryElsewhere(options, setting, place)
  const strays = [idle, ...short.heard, ...long.heard]
  return {
    ...{ unit, setting, short: short.tally, long: long.tally, others, elsewhere, points },
    strayBytes: strays.reduce((sum, one) => sum + one.strayBytes, 0),
    strayZeros: strays.reduce((sum, one) => sum + one.strayZeros, 0),
    ...slowest([...short.heard, ...long.heard]),
  }
}

const noTally: Tally = { asked: 0, answered: 0, corrupt: 0, doubled: 0 }

async function open({ dial, clock, signal }: ObserveOptions, port: SerialTransport): Promise<BareConversation> {
  return new BareConversation(await dial(port)(signal), clock)
}

/** The first place the profile reads; register 0 without one. */
function placeOf(profile: Profile | undefined): Pick<ModbusRead, 'function' | 'address'> {
  const [plan] = profile ? planReads(registerPoints(profile)) : []
  return { function: plan?.function ?? 'holding', address: plan?.address ?? 0 }
}

const longest = (profile: Profile | undefined): number =>
  profile ? Math.max(1, ...planReads(registerPoints(profile)).map(({ count }) => count)) : longRead

const registerPoints = (profile: Profile): readonly ModbusPoint[] =>
  modbusPoints(profile).filter(({ read }) => read.function === 'holding' || read.function === 'input')

async function tally(conversation: BareConversation, request: ModbusRead): Promise<{ tally: Tally; heard: Heard[] }> {
  const heard: Heard[] = []
  // A terminal that says nothing three times is not going to.
  for (let round = 0; round < rounds && !(round === 3 && heard.every(isSilence)); round++) {
    heard.push(await conversation.ask(request, patienceMs))
  }
  const count = (holds: (one: Heard) => boolean): number => heard.filter(holds).length
  return {
    heard,
    tally: {
      asked: heard.length,
      answered: count((one) => one.answers > 0),
      corrupt: count((one) => one.answers === 0 && one.strayBytes > 0),
      doubled: count((one) => one.answers > 1),
    },
  }
}

const isSilence = (one: Heard): boolean => one.answers === 0 && one.strayBytes === 0

function slowest(heard: readonly Heard[]): { slowestMs?: number } {
  const took = heard.flatMap((one) => one.tookMs ?? [])
  return took.length > 0 ? { slowestMs: Math.max(...took) } : {}
}

async function tallyOthers(
  options: ObserveOptions,
  place: Pick<ModbusRead, 'function' | 'address'>,
): Promise<Observations['others']> {
  const { port, unit, clock, dial, signal } = options
  const link = await dial(port)(signal)
  const timing = { characterMs: characterMs(port), gapMs: interFrameMs(port) }
  const units = Array.from({ length: 247 }, (_, index) => index + 1).filter((one) => one !== unit)
  const { found } = await scanUnits({ link, clock, ...timing, units, signal }).finally(() => link.close())
  if (found.length === 0) return []
  const conversation = await open(options, port)
  const others: { unit: number; tally: Tally }[] = []
  for (const other of found.slice(0, mostOthers)) {
    others.push({ unit: other.unit, ...(await tally(conversation, { ...place, count: 1, unit: other.unit })) })
  }
  await conversation.close()
  return others
}

async function tryElsewhere(
  options: ObserveOptions,
  own: PortSetting,
  place: Pick<ModbusRead, 'function' | 'address'>,
): Promise<PortSetting[]> {
  const found: PortSetting[] = []
  const others = options.settings.filter(({ baud, parity }) => baud !== own.baud || parity !== own.parity)
  for (const setting of others) {
    const conversation = await open(options, { ...options.port, ...setting })
    const heard = await conversation.ask({ ...place, count: 1, unit: options.unit }, patienceMs)
    await conversation.close()
    if (heard.answers > 0) found.push(setting)
    if (heard.answers > 0 || options.signal.aborted) break
  }
  return found
}

async function tryPoints(conversation: BareConversation, unit: number, profile: Profile): Promise<PointTrial[]> {
  const trials: PointTrial[] = []
  for (const point of registerPoints(profile)) trials.push(await tryPoint(conversation, unit, point))
  return trials
}

async function tryPoint(conversation: BareConversation, unit: number, point: ModbusPoint): Promise<PointTrial> {
  const at = async (change: Partial<Pick<ModbusRead, 'function' | 'address'>>): Promise<PlaceTrial> =>
    judged(await tryPlace(conversation, unit, { ...point, read: { ...point.read, ...change } }), false)
  const { address, function: table } = point.read
  const asWritten = judged(await tryPlace(conversation, unit, point), true)
  const wrong = asWritten !== 'in' && asWritten !== 'none'
  const other: ModbusTable = table === 'holding' ? 'input' : 'holding'
  return {
    point: point.id,
    asWritten,
    lower: wrong && address > 0 ? await at({ address: address - 1 }) : 'none',
    higher: wrong ? await at({ address: address + 1 }) : 'none',
    otherTable: wrong ? await at({ function: other }) : 'none',
    fittingOrders: asWritten === 'out' ? await fittingOrders(conversation, unit, point) : [],
  }
}

async function tryPlace(conversation: BareConversation, unit: number, point: ModbusPoint): Promise<PlaceTrial | Value> {
  const [plan] = planReads([point])
  const outcome = plan && (await askPlan(conversation, unit, plan))
  if (!plan || !outcome) return 'none'
  if (!outcome.ok) return outcome.code ?? 'none'
  const result = decodeReads(plan, { ...outcome, arrivedAt: 0, wireMs: 0 }).get(point.id)
  return result && 'value' in result ? { value: result.value } : 'out'
}

interface Value {
  readonly value: number
}

/** In range; elsewhere than written, 0 says nothing: unused registers hold it, and bytes in a wrong order round to it. */
const judged = (trial: PlaceTrial | Value, asWritten: boolean): PlaceTrial =>
  typeof trial === 'object' ? (asWritten || trial.value !== 0 ? 'in' : 'out') : trial

async function askPlan(conversation: BareConversation, unit: number, plan: ReadPlan): Promise<Heard['reply']> {
  const { function: table, address, count } = plan
  const { reply } = await conversation.ask({ unit, function: table, address, count }, patienceMs)
  return reply
}

async function fittingOrders(conversation: BareConversation, unit: number, point: ModbusPoint): Promise<string[]> {
  const fitting: string[] = []
  for (const order of ordersOf(point)) {
    const trial = { ...point, read: { ...point.read, order } }
    if (judged(await tryPlace(conversation, unit, trial), false) === 'in') fitting.push(order)
  }
  return fitting
}

function ordersOf({ read }: ModbusPoint): NonNullable<ModbusPoint['read']['order']>[] {
  const wide = read.type === 'u32' || read.type === 'i32' || read.type === 'f32'
  return wide ? (['ABCD', 'CDAB', 'BADC', 'DCBA'] as const).filter((order) => order !== (read.order ?? 'ABCD')) : []
}
