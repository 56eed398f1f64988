// What must hold when everything is healed: counted against the truth, from the stores themselves.
import { createHash } from 'node:crypto'
import type { Intervals } from '@civitals/contracts/intervals'
import { inIntervals } from '@civitals/contracts/intervals'
import type { LedgerRow } from '@civitals/contracts/ledger'
import type { Reading } from '@civitals/contracts/reading'
import { tooOldToKeep } from '../../ingest/ledger/given-up.ts'
import { latenessMs, rules, watched } from './desk.ts'
import type { Edge } from './edge.ts'
import { beginning } from './schedule.ts'
import type { SeriesDisk } from './series-disk.ts'
import type { StateDisk } from './state-disk.ts'
import { keyOf, type Truth } from './truth.ts'

export interface Healed {
  readonly truth: Truth
  readonly state: StateDisk
  readonly series: SeriesDisk
  readonly edges: readonly Edge[]
  readonly ledger: readonly LedgerRow[]
  readonly latest: readonly Reading[]
}

type Cells = readonly unknown[]

export function checkHealed(healed: Healed): void {
  checkAccounts(healed)
  checkReadings(healed)
  checkTimes(healed)
  checkUnits(healed)
  checkOrder(healed)
  checkAlarms(healed)
  checkLatest(healed)
}

const rowsOf = (state: StateDisk, sql: string): readonly Cells[] => state.run(sql, []).rows

const givenUpOf = (gateway: string, spool: string): string =>
  `SELECT given_up FROM ledger_spool WHERE gateway = '${gateway}' AND spool = '${spool}'`

const toldAsGivenUp = (gateway: string, spool: string): string =>
  `SELECT coalesce(sum(readings), 0) FROM ledger_gap
   WHERE gateway = '${gateway}' AND spool = '${spool}' AND reason = '${tooOldToKeep}'`

/** Whether a gap record declares a number of a spool lost. */
function gapsBySpool(state: StateDisk): (spool: string, seq: number) => boolean {
  const rows = rowsOf(state, 'SELECT gateway, spool, from_seq, to_seq FROM ledger_gap')
  const gaps = Map.groupBy(rows, ([gateway, spool]) => `${gateway}/${spool}`)
  return (spool, seq) => (gaps.get(spool) ?? []).some(([, , from, to]) => Number(from) <= seq && seq <= Number(to))
}

/** Per gateway and spool, in readings: produced = stored + rejected + set aside + waiting + declared lost. */
function checkAccounts({ truth, state, series, edges, ledger }: Healed): void {
  const stored = new Map<string, number>()
  const journal = rowsOf(state, 'SELECT gateway, spool, seq FROM mini_journal')
  const evaluated = new Set(journal.map(([gateway, spool, seq]) => `${gateway}/${spool}/${seq}`))
  const declared = gapsBySpool(state)
  for (const [key, readings] of series.byEnvelope) {
    const [gateway, spool = '', seq] = key.split('/')
    // Written, never settled and then given up by its gateway: the store may hold a part of it, the ledger calls it lost.
    const isLost = declared(`${gateway}/${spool}`, Number(seq)) && !evaluated.has(key)
    if (isLost && !spool.endsWith('.aside')) continue
    const account = `${gateway}/${spool.replace(/\.aside$/, '')}`
    stored.set(account, (stored.get(account) ?? 0) + readings.length)
  }
  const aside = new Map(
    rowsOf(state, 'SELECT gateway, spool, count(*) FROM set_aside GROUP BY 1, 2').map(([g, s, n]) => [`${g}/${s}`, n]),
  )
  for (const edge of edges) {
    const { spool } = edge
    if (!spool) continue
    const { producedReadings, declaredLost, waitingReadings } = spool.counters()
    const row = ledger.find((one) => one.gateway === edge.id && one.spool === spool.id)
    if (!row) {
      if (producedReadings > 0) truth.wrong(`${edge.id} has no accounts`)
      continue
    }
    const name = `${edge.id}/${spool.id}`
    const sum = row.stored + row.rejected + row.setAside + waitingReadings + row.declaredLost
    if (sum !== producedReadings) truth.wrong(`${name}: produced ${producedReadings}, accounted for ${sum}`)
    const [[givenUp = 0] = []] = rowsOf(state, givenUpOf(edge.id, spool.id))
    const [[told = 0] = []] = rowsOf(state, toldAsGivenUp(edge.id, spool.id))
    if (givenUp !== told) truth.wrong(`${name}: the centre gave up ${givenUp}, told ${told}`)
    // A row given up whose acknowledgement was on its way is stored, and no loss.
    if (row.declaredLost - Number(givenUp) > declaredLost)
      truth.wrong(`${name}: lost ${declaredLost}, told ${row.declaredLost}`)
    if (row.stored !== (stored.get(name) ?? 0)) truth.wrong(`${name}: ledger ${row.stored}, stored ${stored.get(name)}`)
    if (row.setAside !== Number(aside.get(name) ?? 0))
      truth.wrong(`${name}: set aside ${row.setAside}, kept ${aside.get(name)}`)
    if (row.balanced !== true) truth.wrong(`${name}: the ledger says balanced: ${row.balanced}`)
  }
  const current = new Set(edges.map(({ id, spool }) => `${id}/${spool?.id}`))
  for (const row of ledger.filter((one) => !current.has(`${one.gateway}/${one.spool}`))) checkEnded(truth, row)
}

/** Of a spool that could not go on nothing waits any more, and what it produced is accounted for, or known to be more than is told. */
function checkEnded(
  truth: Truth,
  { gateway, spool, stored, rejected, setAside, declaredLost, ...row }: LedgerRow,
): void {
  const of = [...truth.produced.values()].filter((one) => one.gateway === gateway && one.spool === spool)
  const produced = of.reduce((sum, { readings }) => sum + readings, 0)
  const sum = stored + rejected + setAside + declaredLost
  const name = `${gateway}/${spool}, ended`
  if (!row.ended) truth.wrong(`${name}: nobody told what continues it`)
  if (sum < produced && !row.lossAtLeast) truth.wrong(`${name}: produced ${produced}, accounted for ${sum}`)
  // One that never told what it produced is not known to balance.
  const balanced = row.produced === null ? null : true
  if (row.waiting !== 0 || row.balanced !== balanced)
    truth.wrong(`${name}: ${row.waiting} wait, the ledger says balanced: ${row.balanced}`)
}

/** Every sample that was produced is stored once, or is rejected, set aside or declared lost by name. */
function checkReadings({ truth, state, series }: Healed): void {
  const found = new Map<number, string>()
  for (const [key, readings] of series.byEnvelope) {
    for (const { point, value } of readings) {
      if (point !== 'number' || value === null) continue
      if (found.has(value)) truth.wrong(`sample ${value} is stored in ${found.get(value)} and in ${key}`)
      found.set(value, key)
      if (!truth.made.has(value)) truth.wrong(`sample ${value} was never made`)
    }
  }
  const aside = new Set(
    rowsOf(state, "SELECT value FROM set_aside WHERE point = 'number'").map(([value]) => Number(value)),
  )
  const rejected = new Set(
    rowsOf(state, "SELECT gateway, spool, seq FROM reject WHERE point = 'number'").map(([g, s, n]) => `${g}/${s}/${n}`),
  )
  const declared = gapsBySpool(state)
  for (const [key, { gateway, spool, seq, numbers }] of truth.produced) {
    const given = declared(`${gateway}/${spool}`, seq)
    for (const number of numbers) {
      if (found.has(number) && aside.has(number)) truth.wrong(`sample ${number} is stored and set aside`)
      if (found.has(number) || aside.has(number) || rejected.has(key) || given) continue
      truth.wrong(`sample ${number} of ${key} is lost`)
    }
  }
}

/** A sample taken by a clock that was lost and later fixed stands at its true time. */
function checkTimes({ truth, state, series }: Healed): void {
  for (const readings of series.byEnvelope.values()) {
    for (const { point, value, at } of readings) {
      const made = point === 'number' && value !== null ? truth.made.get(value) : undefined
      if (!made?.unsynced) continue
      if (Math.abs(at - beginning - made.at) > 5)
        truth.wrong(`sample ${value} stands ${at - beginning - made.at} ms off`)
    }
  }
  const fixed = new Set(rowsOf(state, 'SELECT gateway, boot FROM ledger_clock_fix').map(([g, b]) => `${g}/${b}`))
  const waiting = rowsOf(state, "SELECT DISTINCT gateway, boot FROM set_aside WHERE reason = 'unsynced clock'")
  for (const [g, b] of waiting) if (fixed.has(`${g}/${b}`)) truth.wrong(`${b} has its fix and still waits`)
}

/** Depths are whole centimetres from 60 to 139, whichever unit their configuration gave them in; none waits for its configuration. */
function checkUnits({ truth, state, series }: Healed): void {
  for (const [key, readings] of series.byEnvelope) {
    for (const { point, value } of readings) {
      if (point !== 'depth' || value === null) continue
      if (!Number.isInteger(value) || value < 60 || value > 139) truth.wrong(`${key} holds a depth of ${value} cm`)
    }
  }
  const waiting = "SELECT count(*) FROM set_aside WHERE reason IN ('unknown configuration', 'unit mismatch')"
  const [[count] = []] = rowsOf(state, waiting)
  if (count !== 0) truth.wrong(`${count} readings wait for a configuration that was told`)
}

/** Envelopes of one lane are evaluated in the order of their numbers, none twice; readings that were set aside once, whenever they are released. */
function checkOrder({ truth, state, series }: Healed): void {
  const newest = new Map<string, number>()
  const seen = new Set<string>()
  for (const [gateway, spool, seq] of rowsOf(state, 'SELECT gateway, spool, seq FROM mini_journal ORDER BY n')) {
    const key = keyOf(String(gateway), String(spool), Number(seq))
    if (seen.has(key)) truth.wrong(`${key} was evaluated twice`)
    seen.add(key)
    if (String(spool).endsWith('.aside')) continue
    const lane = `${gateway}/${spool}/${truth.settledBy.get(key)}`
    if (Number(seq) < (newest.get(lane) ?? 0)) truth.wrong(`${key} comes after ${newest.get(lane)} in its lane`)
    newest.set(lane, Number(seq))
  }
  for (const [key, { length }] of series.byEnvelope) {
    if (length > 0 && key.includes('.aside/') && !seen.has(key)) truth.wrong(`${key} was released and judged by nobody`)
  }
  const accounts = rowsOf(state, 'SELECT gateway, spool, settled FROM ledger_spool')
  for (const [gateway, spool, settled] of accounts) {
    for (const key of seen) {
      const [g, s, seq] = key.split('/')
      if (g !== gateway || s !== spool) continue
      if (!inIntervals(JSON.parse(String(settled)) as Intervals, Number(seq))) truth.wrong(`${key} is not settled`)
    }
  }
}

interface Expected {
  readonly id: string
  readonly cause: string
  readonly at: number
}

/** The rule worked out anew over the journal, by the definition and not by the engine. */
function expectedTransitions(journal: readonly Cells[]): Expected[] {
  const [rule] = rules
  const terminals = new Map<string, { newest: number; active: boolean; alarm: string; step: number }>()
  const expected: Expected[] = []
  for (const [receivedAt, readings] of journal) {
    for (const { terminal, at, value } of JSON.parse(String(readings)) as Reading[]) {
      const state = terminals.get(terminal) ?? { newest: 0, active: false, alarm: '', step: 0 }
      terminals.set(terminal, state)
      if (value === null || at <= state.newest || at < Number(receivedAt) - latenessMs) continue
      state.newest = at
      if (!state.active && value > watched.limit) {
        const id = JSON.stringify([rule?.id, `${terminal}/${watched.point}`, at])
        if (!state.alarm) state.alarm = createHash('sha256').update(id).digest('hex').slice(0, 24)
        state.active = true
        expected.push({ id: `${state.alarm}-${++state.step}`, cause: 'onset', at })
      } else if (state.active && value <= watched.limit - watched.deadband) {
        state.active = false
        expected.push({ id: `${state.alarm}-${++state.step}`, cause: 'return', at })
      }
    }
  }
  return expected
}

/** Each transition happened as the readings say, with exactly one order and at least one webhook under a stable id. */
function checkAlarms({ truth, state }: Healed): void {
  const expected = expectedTransitions(rowsOf(state, 'SELECT received_at, readings FROM mini_journal ORDER BY n'))
  const written = rowsOf(state, 'SELECT id, cause, at FROM alarm_transition ORDER BY rowid').map(
    ([id, cause, at]): Expected => ({ id: String(id), cause: String(cause), at: Number(at) }),
  )
  const [want, have] = [JSON.stringify(expected), JSON.stringify(written)]
  if (want !== have) truth.wrong(`transitions: expected ${want}, written ${have}`)
  const orders = new Map<string, number>()
  for (const [id] of rowsOf(state, 'SELECT transition FROM mini_order')) {
    orders.set(String(id), (orders.get(String(id)) ?? 0) + 1)
  }
  for (const { id } of written) {
    if (orders.get(id) !== 1) truth.wrong(`transition ${id} has ${orders.get(id) ?? 0} orders`)
    if (!truth.webhooks.has(`evt-${id}`)) truth.wrong(`transition ${id} was told to nobody`)
  }
  const ids = new Set(written.map(({ id }) => `evt-${id}`))
  for (const id of truth.webhooks.keys()) if (!ids.has(id)) truth.wrong(`webhook ${id} tells what never happened`)
}

function checkLatest({ truth, series, latest }: Healed): void {
  const shown = new Map(latest.map((reading) => [`${reading.terminal}/${reading.point}`, reading.at]))
  for (const [id, byTime] of series.contents) {
    const newest = Math.max(...byTime.keys())
    if (shown.get(id) !== newest) truth.wrong(`newest of ${id}: shown ${shown.get(id)}, stored ${newest}`)
  }
}
