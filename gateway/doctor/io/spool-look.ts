import { copyFile, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Presence } from '../../presence/presence.ts'
import { countersOf } from '../../spool/accounts.ts'
import { spoolIdOf } from '../../spool/io/folder.ts'
import { formatOf, spoolFormat } from '../../spool/io/format.ts'
import { isDamage } from '../../spool/io/sqlite-errors.ts'
import { identityAt } from '../../spool/older.ts'
import type { SpoolState } from '../../spool/table.ts'
import type { Holder } from '../lines.ts'
import type { SpoolContent, SpoolFacts, SpoolLook, SpoolPlace } from '../spool.ts'
import { lockHolderOf } from './processes.ts'

/** A copy is made in memory on many boxes, where /tmp is. */
const largestCopy = 128 * 2 ** 20

/** The file of the spool in a folder; undefined while there is none. */
export async function spoolFileOf(folder: string): Promise<{ readonly file: string; readonly id: string } | undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    const id = spoolIdOf(name)
    if (id !== undefined) return { file: join(folder, name), id }
  }
  return undefined
}

/**
 * Looks into the spool without a lock, without a file of its own beside it and without a write: the gateway may start or run at any
 * moment, and what it holds is its alone.
 */
export async function spoolFacts(
  folder: string,
  budgetBytes: number,
  presence: Presence | undefined,
  holder: Holder | undefined,
): Promise<SpoolFacts> {
  const names = await readdir(folder).catch(() => [])
  const movedAside = names.filter((name) => /^damaged-.*\.sqlite$/.test(name)).map((name) => join(folder, name))
  return { now: Date.now(), look: await lookInto(folder, presence, holder), budgetBytes, movedAside }
}

async function lookInto(
  folder: string,
  presence: Presence | undefined,
  holder: Holder | undefined,
): Promise<SpoolLook> {
  const told = presence && contentOf(presence)
  if (told) return { kind: 'told', content: told }
  if (holder) return { kind: 'held' }
  const found = await spoolFileOf(folder)
  if (!found) return { kind: 'none' }
  const before = await marksOf(found.file)
  const look = await readAsIs(found.file, found.id)
  const changed = (await marksOf(found.file)) !== before || (await lockHolderOf(found.file)) !== undefined
  return changed ? { kind: 'not looked into', why: 'a gateway started meanwhile' } : look
}

function contentOf({ status, oldestWaiting }: Presence): SpoolContent | undefined {
  if (!status.spool) return undefined
  const { id, ...rest } = status.spool
  const { reopened = 0, inherited = 0, inheritedReadings = 0 } = rest
  const counters = { ...rest, reopened, inherited, inheritedReadings }
  return { id, counters, ...(oldestWaiting && { oldestWaiting }) }
}

async function marksOf(file: string): Promise<string> {
  const marks = [file, `${file}-wal`].map((one) =>
    stat(one).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => '-',
    ),
  )
  return (await Promise.all(marks)).join(', ')
}

/** A gateway that was killed leaves a log beside the file; the two are read in a copy, since SQLite would merge them where they are. */
async function readAsIs(file: string, id: string): Promise<SpoolLook> {
  try {
    const wal = await stat(`${file}-wal`).catch(() => undefined)
    if (!wal || wal.size === 0) return readFrom(`${pathToFileURL(file).href}?immutable=1`, file, id)
    const { size } = await stat(file)
    const { bavail, bsize } = await statfs(tmpdir())
    if (size + wal.size > Math.min(largestCopy, (bavail * bsize) / 2))
      return { kind: 'not looked into', why: 'it was not closed, and is too large to be copied for a look' }
    return await readCopy(file, id)
  } catch (error) {
    return { kind: 'not looked into', why: String((error as NodeJS.ErrnoException).code ?? error) }
  }
}

async function readCopy(file: string, id: string): Promise<SpoolLook> {
  const folder = await mkdtemp(join(tmpdir(), 'civitals-doctor-'))
  try {
    const copy = join(folder, 'spool.sqlite')
    await copyFile(file, copy)
    await copyFile(`${file}-wal`, `${copy}-wal`)
    return readFrom(copy, file, id)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readFrom(location: string, file: string, id: string): SpoolLook {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(location, { readOnly: location.startsWith('file:') })
    const format = formatOf(database)
    if (format > spoolFormat) return { kind: 'not looked into', why: `a newer release made it (format ${format})` }
    const found = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
    if (found !== 'ok') return { kind: 'damaged', file, detail: found }
    const row = database.prepare('SELECT json FROM state').get()
    if (!row) return { kind: 'none' }
    const state = JSON.parse(String(row.json)) as SpoolState
    return { kind: 'read', closed: state.closed === true, content: contentFrom(database, id, state) }
  } catch (error) {
    if (isDamage(error)) return { kind: 'damaged', file, detail: (error as Error).message }
    return { kind: 'not looked into', why: (error as Error).message }
  } finally {
    database?.close()
  }
}

function contentFrom(database: DatabaseSync, id: string, state: SpoolState): SpoolContent {
  const place = (sql: string): SpoolPlace | undefined => {
    const row = database.prepare(sql).get()
    const seq = Number(row?.seq)
    return row && { seq: identityAt(state.older ?? [], seq)?.seq ?? seq, at: Number(row.committed_at) }
  }
  const oldestWaiting = place('SELECT seq, committed_at FROM envelope WHERE acknowledged = 0 ORDER BY seq LIMIT 1')
  const newest = place('SELECT seq, committed_at FROM envelope ORDER BY seq DESC LIMIT 1')
  return {
    ...{ id, openGaps: state.gaps.length, counters: countersOf(state) },
    ...(oldestWaiting && { oldestWaiting }),
    ...(newest && { newest }),
  }
}
