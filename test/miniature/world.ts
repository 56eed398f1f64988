// One miniature from its seed: a city of a few boxes, what happens to it, and the look at it after everything is healed.
import type { City, Terminal } from '@civitals/contracts/registry'
import type { SpoolCounters } from '../../gateway/spool/spool.ts'
import { thinnedOut } from '../../gateway/spool/thinning.ts'
import { tooOldToKeep } from '../../ingest/ledger/given-up.ts'
import { Centre, migrations } from './centre.ts'
import { checkHealed } from './checker.ts'
import { Edge } from './edge.ts'
import { clearFaults, planFaults } from './faults.ts'
import { Network } from './network.ts'
import { type Random, Schedule } from './schedule.ts'
import { poison, SeriesDisk } from './series-disk.ts'
import { StateDisk } from './state-disk.ts'
import { Truth } from './truth.ts'
import { BoundsWatch, checkAcknowledgement, JournalWatch } from './watch.ts'

export interface Outcome {
  readonly seed: number
  /** Empty when everything held. */
  readonly violations: readonly string[]
  /** Fingerprint of every event in order. */
  readonly hash: string
  readonly events: number
  /** What came to pass, for the sum over many seeds. */
  readonly facts: Readonly<Record<string, number>>
}

export interface World {
  readonly schedule: Schedule
  readonly network: Network
  readonly centre: Centre
  readonly edges: readonly Edge[]
  readonly series: SeriesDisk
  readonly state: StateDisk
  readonly truth: Truth
  readonly journal: JournalWatch
  /** Terminals that are not registered at first. */
  readonly strangers: Terminal[]
  /** Milliseconds between two samples of a terminal, and how long there are any. */
  readonly everyMs: number
  readonly lastsMs: number
  /** The disks of its boxes are too small for their samples, for so long that minutes are thinned. */
  readonly crowded: boolean
  /** Its centre asks for envelopes once more, where nothing is too old to be kept when it comes again. */
  readonly asksAgain: boolean
  /** The disks of its boxes fail now and then, so that spools give way to successors. */
  readonly disksFail: boolean
  readonly facts: Map<string, number>
}

export const state: StateDisk = new StateDisk(migrations)
const lookEveryMs = 1_000
/** Everything must be in its place so long after the last fault: three of the longest waits for a resend. */
const healWithinMs = 1_200_000

/** Runs one seed. `onEvent` sees every event, to read what a failing seed does. */
export async function runSeed(seed: number, onEvent?: (line: string) => void): Promise<Outcome> {
  const world = build(seed, onEvent)
  const { schedule, truth, edges } = world
  planFaults(world)
  for (const edge of edges) for (const terminal of edge.terminals) sampling(world, edge, terminal)
  const bounds = new BoundsWatch()
  const failed = (): boolean => truth.violations.length > 0
  const looking = (): void => {
    bounds.look(world)
    schedule.at(lookEveryMs, 'look', looking)
  }
  looking()
  await schedule.run(failed, world.lastsMs)
  if (!failed()) await heal(world)
  return {
    ...{ seed, violations: truth.violations, hash: schedule.hash, events: schedule.events },
    facts: Object.fromEntries([...world.facts].sort()),
  }
}

async function heal(world: World): Promise<void> {
  const { schedule, truth, edges, centre, series } = world
  clearFaults(world)
  const failed = (): boolean => truth.violations.length > 0
  // The last word of a gap or a clock fix travels with the next envelope: one comes when all others are settled.
  for (const inMs of [2_000, 1_000]) {
    await schedule.run(failed, schedule.now + 12_000)
    if (failed() || !(await settles(world))) return
    for (const edge of edges) {
      for (const id of edge.terminals) schedule.at(inMs, `${edge.id} last`, () => sample(world, edge, id))
    }
  }
  await schedule.run(failed, schedule.now + 12_000)
  if (failed() || !(await settles(world))) return
  // The next status says what is in the accounts.
  await schedule.run(failed, schedule.now + 2 * statusEveryMs)
  const { ingest } = centre
  if (!ingest) return truth.wrong('the centre is down although nothing happened')
  const ledger = await ingest.ledger()
  checkHealed({ ...world, ledger, latest: ingest.latest.all(), series })
  count(world, 'produced envelopes', truth.produced.size)
  for (const column of ['stored', 'rejected', 'setAside', 'declaredLost', 'duplicates'] as const) {
    count(
      world,
      column,
      ledger.reduce((sum, row) => sum + row[column], 0),
    )
  }
  const lostTo = 'SELECT coalesce(sum(readings), 0) FROM ledger_gap WHERE reason = ?'
  for (const reason of [thinnedOut, tooOldToKeep])
    count(world, reason, Number(world.state.run(lostTo, [reason]).rows[0]?.[0]))
  count(world, 'webhooks', truth.webhooks.size)
}

/** Waits until nothing is on its way any more. */
async function settles(world: World): Promise<boolean> {
  const { schedule, truth } = world
  let settled = false
  const looking = (): void => {
    settled = isSettled(world)
    if (!settled) schedule.at(lookEveryMs, 'settled?', looking)
  }
  looking()
  await schedule.run(() => settled || truth.violations.length > 0, schedule.now + healWithinMs)
  if (!settled) truth.wrong(`not settled ${healWithinMs / 1000} s after healing`)
  return settled && truth.violations.length === 0
}

function isSettled({ edges, centre, state: disk }: World): boolean {
  if (!centre.ingest || disk.open) return false
  const waits = ({ waiting, inherited, reopened }: SpoolCounters): boolean => waiting + inherited + reopened > 0
  const none = (table: string): boolean => disk.run(`SELECT count(*) FROM ${table}`, []).rows[0]?.[0] === 0
  return (
    edges.every(({ spool }) => spool && !waits(spool.counters())) &&
    Number(centre.ingest.health().facts.queuedEnvelopes) === 0 &&
    none("ledger_spool WHERE reopened <> '[]'") &&
    none('mini_outbox WHERE delivered = 0')
  )
}

export const count = ({ facts }: World, name: string, by = 1): void => void facts.set(name, (facts.get(name) ?? 0) + by)

const statusEveryMs = 10_000
const shortestMs = 1

const budgetOf = (random: Random): number => (random.chance(0.3) ? random.between(3_000, 12_000) : 10_000_000)

function build(seed: number, onEvent?: (line: string) => void): World {
  const schedule = new Schedule(seed, onEvent)
  const { random } = schedule
  const crowded = seed % 20 === 9
  const truth = new Truth()
  const series = new SeriesDisk(seed % 5 === 0 ? 30_000 * (1 + ((seed / 5) % 6)) : Number.POSITIVE_INFINITY)
  state.clear()
  const journal = new JournalWatch()
  state.onCommit = () => journal.committed({ truth, state, series })
  const network = new Network(schedule, {
    taken: (gateway, lane, payload) => truth.taken(gateway, lane, payload),
    acknowledged: (gateway, payload) => checkAcknowledgement({ truth, state, series }, gateway, payload),
  })
  const ids = ['g1', 'g2', 'g3'].slice(0, 1 + random.below(3))
  const terminals = ids.flatMap((id) =>
    ['a', 'b'].slice(0, 1 + random.below(2)).map((name) => terminalOf(`${id}${name}`, id)),
  )
  const strangers = terminals.filter(() => random.chance(0.15))
  const city = cityOf(
    ids,
    terminals.filter((terminal) => !strangers.includes(terminal)),
  )
  const limits = {
    budgetBytes: crowded ? random.between(8_000, 20_000) : budgetOf(random),
    keepAcknowledgedMs: random.chance(0.3) ? 60_000 : 72 * 3_600_000,
    compress: random.chance(0.2),
  }
  const lingerMs = random.pick([300, 1_000, 3_000])
  const onProduced = truth.produce.bind(truth)
  const edges = ids.map((id) => {
    const own = terminals.filter(({ gateway }) => gateway === id).map((terminal) => terminal.id)
    return new Edge({ ...{ id, terminals: own, schedule, network, limits, lingerMs, statusEveryMs, onProduced } })
  })
  const onTrouble = (what: string): void => truth.wrong(what)
  const centre = new Centre({ schedule, network, series, state, city, onTrouble, receive: (id) => truth.received(id) })
  centre.start()
  for (const edge of edges) edge.start(random.chance(0.15))
  const everyMs = crowded ? 2_000 : random.pick([2_000, 2_000, 10_000, 10_000, 60_000])
  const lastsMs = everyMs * (crowded ? 80 : 8 + random.below(16))
  const facts = new Map<string, number>()
  const parts = { schedule, network, centre, edges, series, state, truth, journal, strangers }
  return {
    ...parts,
    crowded,
    everyMs,
    lastsMs,
    asksAgain: seed % 4 >= 2 && series.keptMs === Number.POSITIVE_INFINITY,
    disksFail: seed % 4 === 3,
    facts,
  }
}

/** Samples of one terminal at their pace, until the world heals. At one instant a terminal has one sample: a store keeps one reading of a series there. */
function sampling(world: World, edge: Edge, terminal: string): void {
  const { schedule, everyMs, lastsMs } = world
  const inMs = Math.max(shortestMs, schedule.random.between(0, everyMs))
  schedule.at(inMs, `${terminal} sample`, () => {
    if (schedule.now >= lastsMs) return
    sample(world, edge, terminal)
    sampling(world, edge, terminal)
  })
}

function sample({ schedule, truth }: World, edge: Edge, terminal: string): void {
  const { random } = schedule
  if (!edge.up) return
  const number = truth.make({ gateway: edge.id, terminal, at: schedule.now, unsynced: edge.unsynced })
  const alarming = random.chance(0.25)
  const depth = alarming ? 120 + random.below(20) : 60 + random.below(35)
  const kept = alarming ? 'alarm' : random.pick(['debug', 'telemetry', 'telemetry', 'event'] as const)
  edge.take(terminal, { number, depth, ...oddities(random) }, kept)
}

/** Values that are rejected, refused by the store, or of a point nobody registered. */
function oddities(random: Schedule['random']): Record<string, number> {
  if (!random.chance(0.1)) return {}
  return random.pick([{ flow: Number.NaN }, { flow: poison }, { flow: 1e15 }, { unheardOf: 1 }, { flow: 5 }])
}

const name = (en: string) => ({ zh: en, en })

const terminalOf = (id: string, gateway: string): Terminal => ({
  ...{
    id,
    gateway,
    kind: 'road-water',
    profile: 'test',
    group: 'water',
    site: 's1',
    name: name(id),
    reportEveryMs: 1000,
  },
  points: [
    { id: 'number', unit: 'none', name: name('number') },
    { id: 'depth', unit: 'cm', name: name('depth') },
    { id: 'flow', unit: 'none', name: name('flow') },
  ],
})

const cityOf = (gateways: readonly string[], terminals: readonly Terminal[]): City => ({
  ...{ id: '440607', name: name('Miniature'), timeZone: 'Asia/Shanghai' },
  areas: [{ id: '440607', level: 'district', name: name('Miniature') }],
  sites: [
    {
      ...{ id: 's1', area: '440607', name: name('Site') },
      position: { longitude: 112.9, latitude: 23.2, datum: 'WGS-84' },
    },
  ],
  gateways: gateways.map((id) => ({ id, name: name(id) })),
  terminals: [...terminals],
})
