import type { Clock, EpochMs, Timer } from '@civitals/contracts/clock'
import type { FrameFault } from '@civitals/firmware-bridge/frames/frame'
import type { PushSession } from '@civitals/firmware-bridge/frames/session'
import type { Link } from '@civitals/firmware-bridge/wire/link'
import type { Hearing } from './report-source.ts'

export interface ConversationOptions {
  readonly link: Link
  readonly session: PushSession
  readonly clock: Clock
  readonly hearing: Pick<Hearing, 'heard' | 'report' | 'maySetClocks'>
  /** Told of each frame that was refused. */
  readonly onRefused: (fault: FrameFault) => void
  /** By then a good frame must have come, or it ends, ms: for connections of which nobody knows who they are. Default: for ever. */
  readonly identifyWithinMs?: number
  /** It ends when no good frame has come for so long: the other side may be gone without anybody told. Default: for ever. */
  readonly idleMs?: number
}

/** Bytes without one good frame after which a connection speaks another protocol. */
const mostStrangeBytes = 65_536
/** Answers that wait to be taken. */
const mostUnsentBytes = 65_536
const dueEveryMs = 1000

/** One connection on which terminals speak and are answered, until it closes. Closes its link. */
export class Conversation {
  /** Resolves with why it ended, once its link is closed. */
  readonly ended: Promise<string>
  readonly #options: ConversationOptions
  readonly #end: (why: string) => void
  /** Whose good frame came last, and when; undefined before one came. */
  #last: { readonly address: string; readonly at: EpochMs } | undefined
  /** Monotonic time of the last good frame, and of the beginning before that. */
  lastHeardAt: number
  #strangeBytes = 0
  #over = false
  #due: Timer | undefined
  #deadline: Timer | undefined

  constructor(options: ConversationOptions) {
    const { link, clock, identifyWithinMs } = options
    this.#options = options
    this.lastHeardAt = clock.mono()
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#end = resolve
    this.ended = promise.then(async (why) => {
      await link.close()
      return why
    })
    if (identifyWithinMs !== undefined)
      this.#deadline = clock.after(identifyWithinMs, () => this.end(`no frame within ${identifyWithinMs} ms`))
    this.#askWhatIsDue()
    const { stream } = link
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('error', (error: Error) => this.end(error.message))
    stream.on('end', () => this.end('closed by the other side'))
    stream.on('close', () => this.end('closed'))
    if (stream.destroyed) this.end('closed')
  }

  /** A good frame came on it. */
  get identified(): boolean {
    return this.#last !== undefined
  }

  get last(): { readonly address: string; readonly at: EpochMs } | undefined {
    return this.#last
  }

  end(why: string): void {
    if (this.#over) return
    this.#over = true
    this.#due?.cancel()
    this.#deadline?.cancel()
    this.#end(why)
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return
    const { session, clock, hearing, onRefused } = this.#options
    const { answers, reports, refused, heard } = session.receive(chunk, clock.now(), hearing.maySetClocks())
    for (const fault of refused) onRefused(fault)
    for (const address of heard) hearing.heard(address)
    for (const report of reports) hearing.report(report)
    this.#send(answers)
    const address = heard.at(-1)
    if (address !== undefined) this.#identify(address)
    else if (!this.identified) this.#strange(chunk.length)
  }

  #identify(address: string): void {
    const { clock } = this.#options
    this.#last = { address, at: clock.now() }
    this.#deadline?.cancel()
    this.lastHeardAt = clock.mono()
  }

  #strange(bytes: number): void {
    this.#strangeBytes += bytes
    if (this.#options.identifyWithinMs !== undefined && this.#strangeBytes > mostStrangeBytes)
      this.end('nothing of what it says can be read')
  }

  #askWhatIsDue(): void {
    const { clock, session, idleMs } = this.#options
    this.#due = clock.after(dueEveryMs, () => {
      this.#send(session.due(clock.now()))
      if (clock.mono() - this.lastHeardAt >= (idleMs ?? Number.POSITIVE_INFINITY))
        this.end(`nothing heard for ${idleMs} ms`)
      if (!this.#over) this.#askWhatIsDue()
    })
  }

  #send(frames: readonly Buffer[]): void {
    const { stream } = this.#options.link
    for (const frame of frames) if (stream.writable) stream.write(frame)
    if (stream.writableLength > mostUnsentBytes) this.end('does not take its answers')
  }
}
