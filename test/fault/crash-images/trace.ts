// What a process did to files, read from `strace -f -y -xx`: every argument that is text stands there in hexadecimal.

/** One thing done to a file, in the order in which the calls returned. A flush is told at its begin and at its end. */
export type Operation =
  | { readonly kind: 'open'; readonly path: string; readonly create: boolean; readonly truncate: boolean }
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly data: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'mkdir'; readonly path: string }
  | { readonly kind: 'flush begins' | 'flush ends'; readonly path: string; readonly flush: number }
  /** What the process printed: a flush it reports stands before the report. */
  | { readonly kind: 'said'; readonly text: string }

/** Calls the reader wants to see; hand them to `strace -e trace=`. */
export const tracedCalls = [
  ...['openat', 'open', 'creat', 'close', 'dup', 'dup2', 'dup3', 'lseek'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'ftruncate', 'truncate', 'fallocate', 'copy_file_range'],
  ...[
    'fsync',
    'fdatasync',
    'sync_file_range',
    'rename',
    'renameat',
    'renameat2',
    'unlink',
    'unlinkat',
    'mkdir',
    'mkdirat',
  ],
] as const

interface Call {
  readonly name: string
  readonly args: string
  readonly result: number
}

interface Descriptor {
  offset: number
  readonly append: boolean
}

const line = /^(\d+) +[\d.]+ (.*)$/
const finished = /^(\w+)\((.*)\) += (-?\d+)/s
const begun = /^(\w+)\((.*) <unfinished \.\.\.>$/s
const resumed = /^<\.\.\. (\w+) resumed>(.*)$/s
const described = /^(\d+)<((?:\\x[0-9a-f]{2})*)>/
const quoted = /"((?:\\x[0-9a-f]{2})*)"/g

/**
 * Turns lines of a trace into operations. Offsets of plain writes are followed per descriptor; all threads of the process share them.
 * A call that failed did nothing. A call this reader cannot follow (copy_file_range, dup of a file written by offset) throws.
 */
export class TraceReader {
  readonly #root: string
  readonly #descriptors = new Map<number, Descriptor>()
  readonly #unfinished = new Map<string, { readonly text: string; readonly flush?: number }>()
  readonly #sizes = new Map<string, number>()
  #flushes = 0

  /** Only what lies below `root` counts. */
  constructor(root: string) {
    this.#root = root
  }

  /** The operations one line tells; most lines tell none. */
  read(text: string): Operation[] {
    const [, thread = '', rest = ''] = line.exec(text) ?? []
    const start = begun.exec(rest)
    if (start) return this.#begin(thread, start[1] ?? '', start[2] ?? '')
    const end = resumed.exec(rest)
    if (end) return this.#resume(thread, end[2] ?? '')
    const call = callOf(rest)
    if (!call) return []
    if (!isFlush(call.name)) return this.#operation(call)
    const path = this.#pathOf(call.args)
    if (path === undefined || call.result !== 0) return []
    const flush = ++this.#flushes
    return [
      { kind: 'flush begins', path, flush },
      { kind: 'flush ends', path, flush },
    ]
  }

  #begin(thread: string, name: string, args: string): Operation[] {
    const path = isFlush(name) ? this.#pathOf(args) : undefined
    const flush = path === undefined ? undefined : ++this.#flushes
    this.#unfinished.set(thread, { text: `${name}(${args}`, ...(flush !== undefined && { flush }) })
    return path === undefined || flush === undefined ? [] : [{ kind: 'flush begins', path, flush }]
  }

  #resume(thread: string, rest: string): Operation[] {
    const started = this.#unfinished.get(thread)
    this.#unfinished.delete(thread)
    const call = started && callOf(started.text + rest)
    if (!call) return []
    if (!isFlush(call.name)) return this.#operation(call)
    const path = this.#pathOf(call.args)
    if (path === undefined || call.result !== 0 || started.flush === undefined) return []
    return [{ kind: 'flush ends', path, flush: started.flush }]
  }

  #operation(call: Call): Operation[] {
    if (call.result < 0) return []
    switch (call.name) {
      case 'openat':
      case 'open':
      case 'creat':
        return this.#open(call)
      case 'close':
        this.#descriptors.delete(Number.parseInt(call.args, 10))
        return []
      case 'lseek':
        this.#moveTo(call.args, call.result)
        return []
      case 'write':
      case 'writev':
        return this.#writeOn(call)
      case 'pwrite64':
        return this.#writeAt(call.args, lastNumber(call.args), call.result)
      case 'pwritev':
        return this.#writeAt(call.args, lastNumber(call.args), call.result)
      case 'ftruncate':
      case 'truncate':
        return this.#truncate(call)
      case 'rename':
      case 'renameat':
      case 'renameat2':
        return this.#rename(call)
      case 'unlink':
      case 'unlinkat':
        return this.#named(call, 'unlink')
      case 'mkdir':
      case 'mkdirat':
        return this.#named(call, 'mkdir')
      default:
        return this.#unexpected(call)
    }
  }

  #open({ args, result }: Call): Operation[] {
    const path = this.#inside(strings(args)[0])
    if (path === undefined) return []
    const truncate = args.includes('O_TRUNC')
    this.#descriptors.set(result, { offset: 0, append: args.includes('O_APPEND') })
    if (truncate) this.#sizes.set(path, 0)
    return [{ kind: 'open', path, create: args.includes('O_CREAT'), truncate }]
  }

  #moveTo(args: string, offset: number): void {
    const descriptor = this.#descriptors.get(Number.parseInt(args, 10))
    if (descriptor) descriptor.offset = offset
  }

  #writeOn({ args, result }: Call): Operation[] {
    const number = Number.parseInt(args, 10)
    if (number === 1) return [{ kind: 'said', text: Buffer.concat(strings(args).map(bytes)).toString('utf8') }]
    const path = this.#pathOf(args)
    const descriptor = this.#descriptors.get(number)
    if (path === undefined || !descriptor) return []
    const offset = descriptor.append ? (this.#sizes.get(path) ?? 0) : descriptor.offset
    descriptor.offset = offset + result
    return this.#writeAt(args, offset, result)
  }

  #writeAt(args: string, offset: number, length: number): Operation[] {
    const path = this.#pathOf(args)
    if (path === undefined) return []
    const data = Buffer.concat(strings(args).map(bytes)).subarray(0, length)
    if (data.length < length)
      throw new Error(`trace: ${length} bytes were written, ${data.length} of them were recorded`)
    this.#sizes.set(path, Math.max(this.#sizes.get(path) ?? 0, offset + length))
    return [{ kind: 'write', path, offset, data }]
  }

  #truncate({ name, args }: Call): Operation[] {
    const path = name === 'ftruncate' ? this.#pathOf(args) : this.#inside(strings(args)[0])
    if (path === undefined) return []
    const size = lastNumber(args)
    this.#sizes.set(path, size)
    return [{ kind: 'truncate', path, size }]
  }

  #rename({ args }: Call): Operation[] {
    const [from, to] = strings(args).map((text) => this.#inside(text))
    if (from === undefined && to === undefined) return []
    if (from === undefined || to === undefined) throw new Error('trace: a file was moved in or out of the folder')
    this.#sizes.set(to, this.#sizes.get(from) ?? 0)
    return [{ kind: 'rename', from, to }]
  }

  #named({ args }: Call, kind: 'unlink' | 'mkdir'): Operation[] {
    const path = this.#inside(strings(args)[0])
    if (path === undefined) return []
    this.#sizes.delete(path)
    return [{ kind, path }]
  }

  #unexpected({ name, args }: Call): Operation[] {
    if (this.#pathOf(args) === undefined) return []
    if (name === 'fallocate' || name === 'sync_file_range') return []
    throw new Error(`trace: ${name} cannot be followed`)
  }

  #pathOf(args: string): string | undefined {
    return this.#inside(described.exec(args)?.[2])
  }

  #inside(text: string | undefined): string | undefined {
    if (text === undefined) return undefined
    const path = bytes(text).toString('utf8')
    return path === this.#root || path.startsWith(`${this.#root}/`) ? path : undefined
  }
}

const isFlush = (name: string): boolean => name === 'fsync' || name === 'fdatasync'

function callOf(text: string): Call | undefined {
  const match = finished.exec(text)
  return match ? { name: match[1] ?? '', args: match[2] ?? '', result: Number(match[3]) } : undefined
}

const strings = (args: string): string[] => [...args.matchAll(quoted)].map((match) => match[1] ?? '')

const bytes = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex')

const lastNumber = (args: string): number => Number(/(\d+)$/.exec(args)?.[1] ?? Number.NaN)
