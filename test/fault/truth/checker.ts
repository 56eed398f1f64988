// Counts, against the ground truth, what is lost, what is there twice, and what came to pass in the wrong order or number.
import type { Alarm } from '@civitals/contracts/alarm'
import type { Case } from '@civitals/contracts/case'
import type { LedgerRow, Loss } from '@civitals/contracts/ledger'
import { eventually, getJson } from '../../stage/process.ts'
import { type GroundTruth, type Offered, readTruth } from './log.ts'
import { batteryOf, criticalDepth } from './plan.ts'
import type { Received } from './receiver.ts'
import type { Trial } from './trial.ts'

export interface Found {
  /** Readings the spool reported as committed. */
  readonly committed: number
  /** Of those neither stored as they were, nor declared lost, nor (from the future) rejected. */
  readonly lost: number
  /** Stored more than once, or never offered. */
  readonly twice: number
  /** Declared lost by a gap record. */
  readonly declared: number
  readonly rejected: number
  readonly onsets: number
  /** Of those, dated by a later reading over the limit than the first: live readings go before a backlog, order is kept within each lane. */
  readonly datedLater: number
  /** Alarms that are missing, too many, or of another onset; orders and webhooks likewise; newest values that are not the newest. */
  readonly wrong: readonly string[]
  /** Envelopes that came again and had no effect. */
  readonly duplicates: number
  readonly webhooks: number
  /** Occurrences that returned unacknowledged and were raised again, by rule. */
  readonly raisedAgain: string
  readonly balanced: boolean
}

/** A stamp of an unsynced clock is dated by its fix, to a few ms. */
const fixToleranceMs = 25

/** Waits until everything is in its place, then counts. `trial` must be drained. */
export async function check(trial: Trial): Promise<Found> {
  const truth = await readTruth(trial.log)
  const { api, receiver, terminals } = trial
  const ledger = await eventually(async () => {
    const { items } = await getJson<{ items: LedgerRow[] }>(`${api}/ledger?limit=1000`)
    const last = items.find(({ spool }) => spool === truth.spools.at(-1))
    return last?.balanced === true && last.waiting === 0 ? items : undefined
  }, 60_000).catch(() => getJson<{ items: LedgerRow[] }>(`${api}/ledger?limit=1000`).then(({ items }) => items))
  const losses = (await getJson<{ items: Loss[] }>(`${api}/ledger/gaps?limit=1000`)).items
  const byTerminal = Map.groupBy(truth.offered.values(), ({ terminal }) => terminal)
  let [lost, twice] = [0, 0]
  const wrong: string[] = []
  for (const terminal of terminals) {
    const offered = byTerminal.get(terminal) ?? []
    for (const point of ['depth', 'battery'] as const) {
      const rows = await stored(api, terminal, point)
      const compared = compare(offered, rows, point, losses)
      lost += compared.lost
      twice += compared.twice
    }
  }
  const { alarms, datedLater } = await checkAlarms(trial, byTerminal, wrong)
  await eventually(async () => (missing(alarms, receiver.received).length === 0 ? true : undefined), 60_000).catch(() =>
    wrong.push(...missing(alarms, receiver.received)),
  )
  wrong.push(...unstable(receiver.received))
  const sum = (column: 'declaredLost' | 'rejected' | 'duplicates'): number =>
    ledger.reduce((total, row) => total + row[column], 0)
  return {
    ...{ committed: truth.committed * 2, lost, twice, wrong, onsets: alarms.length, datedLater },
    ...{ declared: sum('declaredLost'), rejected: sum('rejected'), duplicates: sum('duplicates') },
    webhooks: receiver.received.length,
    raisedAgain: raisedAgain(receiver.received),
    balanced: ledger.filter(({ spool }) => spool === truth.spools.at(-1)).every(({ balanced }) => balanced === true),
  }
}

interface Row {
  readonly at: number
  readonly value: number | null
}

const setBackMs = 60_000

/** Later than this ahead of the centre a reading is refused (ingest/admission/judge.ts), and counted. */
const futureMs = 5 * 60_000

/** Readings of one series in the store against those offered. */
export function compare(
  offered: readonly Offered[],
  rows: readonly Row[],
  point: 'depth' | 'battery',
  losses: readonly Loss[],
) {
  const shownBy = (one: Offered): number => (point === 'depth' ? one.depth : batteryOf(one.number))
  const left = new Map<number, number[]>()
  for (const { at, value } of rows) left.set(at, [...(left.get(at) ?? []), value ?? Number.NaN])
  const take = (at: number, value: number): boolean => {
    const there = left.get(at)
    const place = there?.findIndex((one) => Math.abs(one - value) < 1e-6) ?? -1
    if (place < 0) return false
    there?.splice(place, 1)
    return true
  }
  const placeOf = (one: Offered): boolean => {
    if (!one.unsynced) return take(one.at, shownBy(one))
    for (let off = 0; off <= fixToleranceMs; off++)
      if (take(one.trueAt + off, shownBy(one)) || take(one.trueAt - off, shownBy(one))) return true
    return false
  }
  let lost = 0
  for (const one of offered) {
    const kept = placeOf(one)
    const fromFuture = !one.unsynced && one.at > one.trueAt + futureMs
    if (!kept && one.seq !== undefined && !fromFuture && !isDeclared(one, losses)) lost++
  }
  const twice = [...left.values()].reduce((sum, values) => sum + values.length, 0)
  return { lost, twice }
}

const isDeclared = ({ spool, seq = 0 }: Offered, losses: readonly Loss[]): boolean =>
  losses.some((loss) => loss.spool === spool && loss.fromSeq <= seq && seq <= loss.toSeq)

async function stored(api: string, terminal: string, point: string): Promise<Row[]> {
  const rows: Row[] = []
  let cursor = ''
  do {
    const query = `terminal=${terminal}&point=${point}&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1000${cursor}`
    const page = await getJson<{ items: Row[]; next: string | null }>(`${api}/readings?${query}`)
    rows.push(...page.items)
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`
  } while (cursor !== '')
  return rows
}

async function allOf<T>(url: string): Promise<T[]> {
  const items: T[] = []
  let cursor = ''
  do {
    const page = await getJson<{ items: T[]; next: string | null }>(`${url}limit=1000${cursor}`)
    items.push(...page.items)
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`
  } while (cursor !== '')
  return items
}

/** One onset of road-depth-critical a terminal, at a reading over the limit; one case with one order for it. */
async function checkAlarms(
  { api, terminals }: Trial,
  byTerminal: ReadonlyMap<string, readonly Offered[]>,
  wrong: string[],
): Promise<{ readonly alarms: readonly Alarm[]; readonly datedLater: number }> {
  let datedLater = 0
  const alarms = (await allOf<Alarm>(`${api}/alarms?state=all&`)).filter(({ rule }) => rule === neverReturns)
  const cases = await allOf<Case>(`${api}/cases?`)
  for (const terminal of terminals) {
    const high = (byTerminal.get(terminal) ?? []).filter(({ depth }) => depth > criticalDepth)
    const first = high.findIndex(
      ({ seq, unsynced, at, trueAt }) => seq !== undefined && !unsynced && at <= trueAt + futureMs,
    )
    const all = alarms.filter(({ subject }) => subject.kind === 'series' && subject.terminal === terminal)
    const own = all.filter(({ late }) => !late)
    // A clock that was set back tells of an hour ago: reported late, by the rule (late: report).
    const setBack = new Set(high.filter(({ at, trueAt }) => at < trueAt - setBackMs).map(({ at }) => at))
    for (const { late, onset } of all)
      if (late && !setBack.has(onset)) wrong.push(`${terminal}: late onset at ${onset}`)
    if (first < 0) continue
    // One offered before whose commit was never reported may be stored all the same.
    const foremost = new Set(high.slice(0, first + 1).map(({ at }) => at))
    const possible = new Set(high.map(({ at }) => at))
    if (own.length !== 1) wrong.push(`${terminal}: ${own.length} alarms`)
    for (const { id, onset } of own) {
      if (!possible.has(onset)) wrong.push(`${terminal}: onset at ${onset}, where nothing was over the limit`)
      if (!foremost.has(onset)) datedLater++
      const filed = cases.filter(({ reports }) => reports.some(({ alarm }) => alarm === id))
      if (filed.length !== 1) wrong.push(`${terminal}: ${filed.length} cases`)
      for (const { orders } of filed) if (orders.length !== 1) wrong.push(`${terminal}: ${orders.length} orders`)
    }
  }
  return { alarms, datedLater }
}

const missing = (alarms: readonly Alarm[], received: readonly Received[]): string[] => {
  const told = new Set(received.filter(({ type }) => type === 'civitals.alarm.onset').map(({ about }) => about))
  return alarms.filter(({ id }) => !told.has(id)).map(({ id }) => `no webhook tells of the onset of ${id}`)
}

/**
 * However often it comes, what tells of one fact has one id. An occurrence nobody acknowledged is raised again after it returned [ISA-18.2 5.2]:
 * that is another onset, but never one more than it has returned. What stays under water never returns.
 */
export function unstable(received: readonly Received[]): string[] {
  const about = Map.groupBy(received, ({ about }) => about)
  return [...about].flatMap(([what, all]) => {
    const ids = (type: string) => new Set(all.filter((one) => one.type === type).map(({ id }) => id)).size
    const [onsets, returns, orders] = ['alarm.onset', 'alarm.return', 'order.dispatched'].map((type) =>
      ids(`civitals.${type}`),
    ) as [number, number, number]
    const rule = all.find((one) => one.rule !== undefined)?.rule
    return [
      ...(onsets > 1 + returns ? [`${onsets} onsets and ${returns} returns of ${rule} ${what}`] : []),
      ...(rule === neverReturns && returns > 0 ? [`${returns} returns of ${rule} ${what}`] : []),
      ...(orders > 1 ? [`order ${what} was dispatched under ${orders} ids`] : []),
    ]
  })
}

/** How many occurrences were raised again after they had returned, by rule. */
export function raisedAgain(received: readonly Received[]): string {
  const onsets = received.filter(({ type }) => type === 'civitals.alarm.onset')
  const counts = [...Map.groupBy(onsets, ({ rule = '' }) => rule)].map(([rule, of]) => {
    const [ids, alarms] = [new Set(of.map(({ id }) => id)), new Set(of.map(({ about }) => about))]
    return { rule, count: ids.size - alarms.size }
  })
  const again = counts.filter(({ count }) => count > 0).map(({ rule, count }) => `${count} of ${rule}`)
  return again.length === 0 ? 'none' : again.join(', ')
}

const neverReturns = 'road-depth-critical'

export const held = ({ lost, twice, wrong, balanced }: Found): boolean =>
  lost === 0 && twice === 0 && wrong.length === 0 && balanced

/** In words, for the page. */
export function inWords(found: Found): string {
  const { committed, datedLater, lost, twice, onsets, wrong, declared, rejected } = found
  const more = [declared > 0 ? `${declared} declared lost` : '', rejected > 0 ? `${rejected} rejected` : '']
  const policy = more
    .filter((one) => one !== '')
    .map((one) => `, ${one}`)
    .join('')
  const alarms = `${onsets} onsets: ${wrong.length === 0 ? 'one order each, webhooks under stable ids' : `${wrong.length} wrong, first: ${wrong[0]}`}`
  const dated = datedLater > 0 ? ` (${datedLater} dated by a later reading, sent before the backlog)` : ''
  return `${committed} readings committed: ${lost} lost, ${twice} twice${policy}; ${alarms}${dated}${found.balanced ? '' : '; accounts do not balance'}`
}

export type { GroundTruth }
