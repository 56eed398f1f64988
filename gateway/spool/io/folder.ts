import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { CivitalsError } from '@civitals/contracts/errors'
import { SpoolBook } from '../book.ts'
import type { PreviousSpool } from '../gaps.ts'
import type { SpoolLimits } from '../spool.ts'
import { SqliteTable } from './sqlite-table.ts'

/** SQLite result codes [sqlite.org/rescode.html]. */
const sqlite = { busy: 5, corrupt: 11, notADatabase: 26 } as const

const active = /^spool-([A-Za-z0-9_-]{1,64})\.sqlite$/

/** Id of the spool a file holds, by its name; undefined for any other file. */
export const spoolIdOf = (name: string): string | undefined => active.exec(name)?.[1]

/**
 * Opens the spool of a folder, or makes one. The id is part of the file's name, so that a damaged file still says which spool
 * it was: it is moved aside and a new spool names it as `previous`. Throws CIV_GATEWAY_SPOOL_IN_USE,
 * CIV_GATEWAY_SPOOL_FORMAT and CIV_GATEWAY_SPOOL_OPEN.
 */
export function openFolder(folder: string, limits: SpoolLimits): { book: SpoolBook; movedAside?: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const id = readdirSync(folder)
    .map(spoolIdOf)
    .find((found) => found !== undefined)
  if (id === undefined) return { book: openBook(folder, randomId(), limits) }
  try {
    return { book: openBook(folder, id, limits) }
  } catch (error) {
    if (!isDamage(error)) throw refusal(error, folder)
    const movedAside = moveAside(folder, id)
    const previous: PreviousSpool = { spool: id, lastSeq: 'unknown', reason: 'damaged file' }
    return { book: openBook(folder, randomId(), limits, previous), movedAside }
  }
}

const randomId = (): string => randomBytes(8).toString('hex')
const fileOf = (folder: string, id: string): string => join(folder, `spool-${id}.sqlite`)

function openBook(folder: string, id: string, limits: SpoolLimits, previous?: PreviousSpool): SpoolBook {
  const table = new SqliteTable(fileOf(folder, id))
  try {
    return new SpoolBook(table, limits, id, previous)
  } catch (error) {
    table.close()
    throw error
  }
}

function moveAside(folder: string, id: string): string {
  const target = join(folder, `damaged-${id}.sqlite`)
  for (const suffix of ['', '-wal', '-shm']) {
    const file = fileOf(folder, id) + suffix
    if (existsSync(file)) renameSync(file, target + suffix)
  }
  return target
}

const errcodeOf = (error: unknown): number => Number((error as { errcode?: unknown }).errcode ?? 0) & 0xff

/** Whether an error means that the file can no longer be trusted; state that does not parse is damage the engine cannot see. */
export const isDamage = (error: unknown): boolean =>
  error instanceof SyntaxError || ([sqlite.corrupt, sqlite.notADatabase] as number[]).includes(errcodeOf(error))

function refusal(error: unknown, folder: string): CivitalsError {
  if (error instanceof CivitalsError) return error
  const inUse = errcodeOf(error) === sqlite.busy
  return new CivitalsError(
    inUse ? 'CIV_GATEWAY_SPOOL_IN_USE' : 'CIV_GATEWAY_SPOOL_OPEN',
    inUse ? `another process holds the spool in ${folder}` : `the spool in ${folder} cannot be opened`,
    { context: { folder }, cause: error },
  )
}
