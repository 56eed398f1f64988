import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { openPayload } from '@civitals/contracts/payload'
import type { ReadingClass } from '../spool.ts'
import type { SoundRow } from '../succession.ts'
import type { Carried, RowStanding, SpoolState } from '../table.ts'

/** By the number in column `acknowledged`. */
export const standings: readonly RowStanding[] = ['waiting', 'acknowledged', 'reopened']

/** By the number in column `urgent`: the first two are of before there were more. */
const classes: readonly ReadingClass[] = ['telemetry', 'alarm', 'event', 'debug']
export const classOf = (code: unknown): ReadingClass => classes[Number(code)] ?? 'telemetry'
export const codeOf = (kept: ReadingClass): number => classes.indexOf(kept)

/** The accounts in a file that may be damaged; undefined: they cannot be read, or are none. */
export function stateIn(database: DatabaseSync): SpoolState | undefined {
  const row = attempt(() => database.prepare('SELECT json FROM state').get())
  const state = attempt(() => JSON.parse(String(row?.json)) as Partial<SpoolState>)
  const counts = [state?.newestSeq, state?.waiting, state?.waitingReadings, state?.producedReadings]
  const whole = counts.every((count) => Number.isSafeInteger(count)) && Array.isArray(state?.gaps)
  return whole ? (state as SpoolState) : undefined
}

/** Highest number among rows that may be damaged, by the rows and by their index; 0: none can be told. */
export function highestIn(database: DatabaseSync): number {
  const queries = [
    '',
    'INDEXED BY envelope_to_send WHERE acknowledged <> 1',
    'INDEXED BY envelope_settled WHERE acknowledged = 1',
  ]
  const found = queries.map((which) =>
    attempt(() => database.prepare(`SELECT max(seq) AS seq FROM envelope ${which}`).get()),
  )
  return Math.max(0, ...found.map((row) => Number(row?.seq ?? 0)))
}

/**
 * Rows that can be read and whose checksum holds, ascending. Where a page cannot be read, places are asked for one by one from
 * `lowest` to `newest` until the next readable one.
 */
export function* soundRows(database: DatabaseSync, lowest: number, newest: number): Iterable<SoundRow> {
  const one = attempt(() => database.prepare('SELECT * FROM envelope WHERE seq = ?'))
  if (!one) return
  let last = Number.MIN_SAFE_INTEGER
  const pass = (row: Columns): SoundRow | undefined => {
    last = Number(row.seq)
    return soundRow(row)
  }
  for (;;) {
    // Anew each time: a statement that failed says so once more when it is used again.
    const rows = database.prepare('SELECT * FROM envelope WHERE seq > ? ORDER BY seq').iterate(last)
    let row = nextOf(rows)
    for (; row !== 'end' && row !== 'unreadable'; row = nextOf(rows)) {
      const sound = pass(row)
      if (sound) yield sound
    }
    const next = row === 'end' ? undefined : firstReadable(one, Math.max(last + 1, lowest), newest)
    if (!next) return
    const sound = pass(next)
    if (sound) yield sound
  }
}

type Columns = ReturnType<StatementSync['all']>[number]

function nextOf(rows: ReturnType<StatementSync['iterate']>): Columns | 'end' | 'unreadable' {
  const next = attempt(() => rows.next())
  return next === undefined ? 'unreadable' : next.done ? 'end' : next.value
}

function firstReadable(one: StatementSync, from: number, to: number): Columns | undefined {
  for (let seq = from; seq <= to; seq++) {
    const row = attempt(() => one.get(seq))
    if (row) return row
  }
  return undefined
}

function soundRow(row: Columns): SoundRow | undefined {
  const payload = row.payload as Uint8Array
  const { crc = null } = row
  const whole = crc === null ? isEnvelope(payload) : crc32(payload) === crc
  const carried = row.carried === null ? undefined : attempt(() => JSON.parse(String(row.carried)) as Carried)
  if (!whole) return undefined
  return {
    ...{ seq: Number(row.seq), payload, committedAt: Number(row.committed_at), class: classOf(row.urgent) },
    ...{ readings: Number(row.readings), age: Number(row.age ?? 0), from: Number(row.from_at), to: Number(row.to_at) },
    standing: standings[Number(row.acknowledged)] ?? 'waiting',
    ...(carried && { carried }),
  }
}

/** Rows of format 1 have no checksum beside them: what is sealed, or can be decoded, is taken for whole. */
function isEnvelope(payload: Uint8Array): boolean {
  const opened = openPayload(payload)
  return opened.ok && typeof (opened.value as { seq?: unknown } | null)?.seq === 'number'
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
