import { dirname } from 'node:path'
import type { Operation } from './trace.ts'

type Change = Extract<Operation, { kind: 'write' | 'truncate' }>

/** Content of one file: what the disk surely has, and what was written since, in order. */
interface File {
  readonly durable: Bytes
  pending: Change[]
  /** Changes flushed since the beginning. */
  flushed: number
}

/** A change of names in a folder that no flush has made durable yet. */
type Naming =
  | { readonly kind: 'link'; readonly path: string; readonly file: File }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }

/** In [0, 1). */
export type Random = () => number

/** The unit a disk writes whole. */
const sectorBytes = 512

/**
 * A disk that forgets at power loss what was not flushed. Rules, as ext4, XFS and Btrfs keep them: fsync makes a file's content durable, and the name
 * it was created under; renames and removals become durable in their order, with the next flush of their folder; everything else may
 * be there or not, a write also in part.
 */
export class RecordedDisk {
  readonly #names = new Map<string, File>()
  readonly #durableNames = new Map<string, File>()
  readonly #folders = new Set<string>()
  #namings: Naming[] = []
  /** What a flush that has begun will cover. */
  readonly #flushes = new Map<number, () => void>()

  apply(operation: Operation): void {
    switch (operation.kind) {
      case 'open':
        this.#open(operation.path, operation.create, operation.truncate)
        return
      case 'write':
      case 'truncate':
        this.#names.get(operation.path)?.pending.push(operation)
        return
      case 'rename':
        this.#rename(operation.from, operation.to)
        return
      case 'unlink':
        if (!this.#names.delete(operation.path)) return
        this.#namings.push({ kind: 'unlink', path: operation.path })
        return
      case 'mkdir':
        // A folder is made once, at the beginning; what is in it is what counts.
        this.#folders.add(operation.path)
        return
      case 'flush begins':
        this.#flushes.set(operation.flush, this.#flushOf(operation.path))
        return
      case 'flush ends':
        this.#flushes.get(operation.flush)?.()
        this.#flushes.delete(operation.flush)
        return
      case 'said':
        return
      default:
        operation satisfies never
    }
  }

  /** Files after a power loss now. Without `random` only what was flushed; with it also some of the rest, in part torn. */
  image(random?: Random): Map<string, Buffer> {
    const names = new Map(this.#durableNames)
    const survived = random ? Math.floor(random() * (this.#namings.length + 1)) : 0
    for (const naming of this.#namings.slice(0, survived)) rename(names, naming)
    return new Map([...names].map(([path, file]) => [path, random ? survivor(file, random) : file.durable.copy()]))
  }

  #open(path: string, create: boolean, truncate: boolean): void {
    const known = this.#names.get(path)
    if (known) {
      if (truncate) known.pending.push({ kind: 'truncate', path, size: 0 })
      return
    }
    if (!create) return
    const file: File = { durable: new Bytes(), pending: [], flushed: 0 }
    this.#names.set(path, file)
    this.#namings.push({ kind: 'link', path, file })
  }

  #rename(from: string, to: string): void {
    const file = this.#names.get(from)
    if (!file) return
    this.#names.delete(from)
    this.#names.set(to, file)
    this.#namings.push({ kind: 'rename', from, to })
  }

  #flushOf(path: string): () => void {
    const file = this.#names.get(path)
    if (file) return this.#flushOfFile(file)
    const covered = this.#namings.filter((naming) => dirname('path' in naming ? naming.path : naming.to) === path)
    return () => this.#keepNames(covered)
  }

  #flushOfFile(file: File): () => void {
    const upTo = file.flushed + file.pending.length
    const created = this.#namings.find((naming) => naming.kind === 'link' && naming.file === file)
    return () => {
      // Another flush of the same file may have ended in between and covered these.
      const changes = file.pending.splice(0, Math.max(0, upTo - file.flushed))
      file.flushed += changes.length
      for (const change of changes) file.durable.apply(change)
      if (created) this.#keepNames([created])
    }
  }

  /** A journal keeps the order: what was named before these becomes durable with them. */
  #keepNames(covered: readonly Naming[]): void {
    const last = Math.max(...covered.map((naming) => this.#namings.indexOf(naming)), -1)
    for (const naming of this.#namings.slice(0, last + 1)) rename(this.#durableNames, naming)
    this.#namings = this.#namings.slice(last + 1)
  }
}

function rename(names: Map<string, File>, naming: Naming): void {
  if (naming.kind === 'link') names.set(naming.path, naming.file)
  else if (naming.kind === 'unlink') names.delete(naming.path)
  else {
    const file = names.get(naming.from)
    names.delete(naming.from)
    if (file) names.set(naming.to, file)
  }
}

/** Each unflushed change has reached the disk or not, whatever came after it; one in four of those that have is torn. */
function survivor(file: File, random: Random): Buffer {
  const content = new Bytes(file.durable.copy())
  for (const change of file.pending) {
    if (random() < 0.5) content.apply(random() < 0.25 ? torn(change, random) : change)
  }
  return content.copy()
}

function torn(change: Change, random: Random): Change {
  if (change.kind === 'truncate') return change
  const sectors = Math.ceil(change.data.length / sectorBytes)
  return { ...change, data: change.data.subarray(0, Math.floor(random() * sectors) * sectorBytes) }
}

/** Content that grows: a log is thousands of writes at its end. */
class Bytes {
  #room: Buffer
  #length: number

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.#room = content
    this.#length = content.length
  }

  copy(): Buffer {
    return Buffer.from(this.#room.subarray(0, this.#length))
  }

  apply(change: Change): void {
    if (change.kind === 'truncate') this.#resize(change.size)
    else {
      this.#resize(Math.max(this.#length, change.offset + change.data.length))
      this.#room.set(change.data, change.offset)
    }
  }

  /** Ends earlier, or goes on with zeros. */
  #resize(length: number): void {
    if (length > this.#room.length) {
      const room = Buffer.alloc(Math.max(length, 2 * this.#room.length))
      room.set(this.#room.subarray(0, this.#length))
      this.#room = room
    } else if (length > this.#length) this.#room.fill(0, this.#length, length)
    this.#length = length
  }
}
