import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CivitalsError } from '@civitals/contracts/errors'
import { SpoolBook } from '../book.ts'
import { type Ended, SpoolLineage } from '../lineage.ts'
import { lowestPlace } from '../older.ts'
import type { SpoolLimits } from '../spool.ts'
import { inherit, type Remains, type Succession } from '../succession.ts'
import { numberBehindCut } from './log-cut.ts'
import { highestIn, soundRows, stateIn } from './sound-rows.ts'
import { endedBy, isFull, isInUse } from './sqlite-errors.ts'
import { SqliteTable } from './sqlite-table.ts'

const active = /^spool-([A-Za-z0-9_-]{1,64})\.sqlite$/
const building = /^building-([A-Za-z0-9_-]{1,64})\.sqlite$/
const suffixes = ['', '-wal', '-shm']

/** Id of the spool a file holds, by its name; undefined for any other file. */
export const spoolIdOf = (name: string): string | undefined => active.exec(name)?.[1]

export interface FolderOptions {
  readonly folder: string
  readonly limits: SpoolLimits
  readonly now: () => number
  /** A new spool has taken the place of one that could not go on; `movedAside` is the old file. */
  readonly onSuccession?: (succession: Succession, movedAside: string) => void
}

/** Remains whose rows can be read more than once. */
type RemainsOf = Omit<Remains, 'rows'> & { readonly rows: () => Remains['rows'] }

/**
 * The spool of a folder. Its id is part of the file's name, so that a damaged file still says which spool it was. When the file cannot be used
 * any more a successor is built beside it, flushed, and takes its place; at any instant the folder holds one whole spool.
 */
export class SpoolFolder {
  readonly #options: FolderOptions
  #table: SqliteTable | undefined
  /** A successor that is whole and could not be put in its place yet. */
  #built: Succession | undefined

  constructor(options: FolderOptions) {
    this.#options = options
  }

  /** Opens the spool, or makes one. Throws CIV_GATEWAY_SPOOL_IN_USE, CIV_GATEWAY_SPOOL_FORMAT and CIV_GATEWAY_SPOOL_OPEN. */
  open(): SpoolLineage {
    const { folder } = this.#options
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    try {
      const id = tidyUp(folder)
      return new SpoolLineage(id === undefined ? this.#openBook(randomId()) : this.#openOrSucceed(id), {
        endedBy,
        succeed: (ended) => this.#succeed(ended),
        onSuccession: () => {},
      })
    } catch (error) {
      throw refusal(error, folder)
    }
  }

  #openOrSucceed(id: string): SpoolBook {
    const { folder, now } = this.#options
    // Read before the engine sees the log: it may begin a new one over it.
    const behindCut = numberBehindCut(logOf(fileOf(folder, id)), id)
    try {
      const book = this.#openBook(id)
      if (behindCut > 0) book.mistrust()
      if (behindCut > book.state.newestSeq) book.skipTo(behindCut, now(), 'damaged file')
      return book
    } catch (error) {
      const reason = endedBy(error)
      if (reason === undefined) throw error
      this.#table?.close()
      this.#table = undefined
      return this.#succeed({ spool: id, reason, state: undefined }, behindCut).book
    }
  }

  #openBook(id: string): SpoolBook {
    this.#table = new SqliteTable(fileOf(this.#options.folder, id))
    return new SpoolBook(this.#table, this.#options.limits, id)
  }

  #succeed(ended: Ended, behindCut = 0): { book: SpoolBook; succession: Succession } {
    const { folder, onSuccession } = this.#options
    const old = this.#table
    this.#built ??= this.#build(ended, behindCut)
    const succession = this.#built
    const movedAside = takePlace(folder, ended.spool, succession.to)
    const book = this.#openBook(succession.to)
    this.#built = undefined
    // Closing may fold its log: the file is out of the way by now, and nobody asks how it went.
    attempt(() => old?.close())
    onSuccession?.(succession, movedAside)
    return { book, succession }
  }

  #build(ended: Ended, behindCut: number): Succession {
    const { folder } = this.#options
    const id = randomId()
    const file = join(folder, `building-${id}.sqlite`)
    const old = this.#table
    if (!old) return this.#buildFromFile(file, id, ended, behindCut)
    const { state } = ended
    const rows = () => old.soundRows(lowestPlace(state?.older), state?.newestSeq ?? 0)
    return this.#fill(file, id, { ...ended, newest: 0, rows })
  }

  /** A file nobody could open as a spool: what of it can be read is. */
  #buildFromFile(file: string, id: string, ended: Ended, behindCut: number): Succession {
    const old = fileOf(this.#options.folder, ended.spool)
    const database = existsSync(old) ? attempt(() => openAsIs(old)) : undefined
    try {
      const state = database && stateIn(database)
      const newest = Math.max(behindCut, state?.newestSeq ?? 0, database && !state ? highestIn(database) : 0)
      const rows = () => (database ? soundRows(database, lowestPlace(state?.older), newest) : [])
      return this.#fill(file, id, { ...ended, state, newest, rows })
    } finally {
      attempt(() => database?.close())
    }
  }

  /** Everything that remains; when the disk has no room for that, only what waits. */
  #fill(file: string, id: string, parts: RemainsOf): Succession {
    try {
      return this.#fillWith(file, id, parts, true)
    } catch (error) {
      if (!isFull(error)) throw error
      return this.#fillWith(file, id, parts, false)
    }
  }

  #fillWith(file: string, id: string, parts: RemainsOf, everything: boolean): Succession {
    let table: SqliteTable | undefined
    try {
      table = new SqliteTable(file)
      const succession = inherit(table, id, { ...parts, rows: parts.rows() }, this.#options.now(), everything)
      table.finish()
      return succession
    } catch (error) {
      attempt(() => table?.close())
      attempt(() => removeFile(file))
      throw error
    }
  }
}

/** What an interrupted succession left: completed when the old file was moved away already, undone otherwise. The id of the spool, if any. */
function tidyUp(folder: string): string | undefined {
  const names = readdirSync(folder)
  const [id] = names.flatMap((name) => active.exec(name)?.[1] ?? [])
  const built = names.flatMap((name) => building.exec(name)?.[1] ?? [])
  const [successor] = built
  if (id === undefined && successor !== undefined) {
    renameSync(join(folder, `building-${successor}.sqlite`), fileOf(folder, successor))
    syncFolder(folder)
    return successor
  }
  for (const one of built) removeFile(join(folder, `building-${one}.sqlite`))
  return id
}

/**
 * The old file goes aside before the new one gets its name: until then the new one is only being built. One damaged file is kept. May be done
 * again from any point.
 */
function takePlace(folder: string, old: string, id: string): string {
  const movedAside = `damaged-${old}.sqlite`
  const names = readdirSync(folder)
  move(folder, `spool-${old}.sqlite`, movedAside)
  syncFolder(folder)
  if (names.includes(`building-${id}.sqlite`)) move(folder, `building-${id}.sqlite`, `spool-${id}.sqlite`)
  syncFolder(folder)
  for (const name of names) {
    if (/^damaged-.*\.sqlite$/.test(name) && name !== movedAside) attempt(() => removeFile(join(folder, name)))
  }
  return join(folder, movedAside)
}

function move(folder: string, from: string, to: string): void {
  for (const suffix of suffixes) {
    const file = join(folder, from) + suffix
    if (existsSync(file)) renameSync(file, join(folder, to) + suffix)
  }
}

const randomId = (): string => randomBytes(8).toString('hex')
const fileOf = (folder: string, id: string): string => join(folder, `spool-${id}.sqlite`)

function removeFile(file: string): void {
  for (const suffix of suffixes) rmSync(file + suffix, { force: true })
}

/** A rename is on the disk when its folder is. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function logOf(file: string): Buffer {
  return attempt(() => readFileSync(`${file}-wal`)) ?? Buffer.alloc(0)
}

function openAsIs(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  attempt(() => database.exec('PRAGMA locking_mode = EXCLUSIVE'))
  return database
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function refusal(error: unknown, folder: string): CivitalsError {
  if (error instanceof CivitalsError) return error
  const inUse = isInUse(error)
  const why = isFull(error) ? ': the disk is full' : ''
  return new CivitalsError(
    inUse ? 'CIV_GATEWAY_SPOOL_IN_USE' : 'CIV_GATEWAY_SPOOL_OPEN',
    inUse ? `another process holds the spool in ${folder}` : `the spool in ${folder} cannot be opened${why}`,
    { context: { folder }, cause: error },
  )
}
