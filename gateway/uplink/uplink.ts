import type { Acknowledgement } from '@civitals/contracts/acknowledgement'
import { type Clock, type EpochMs, sleep } from '@civitals/contracts/clock'
import type { Command, Reply } from '@civitals/contracts/command'
import { CivitalsError } from '@civitals/contracts/errors'
import type { GatewayStatus } from '@civitals/contracts/status'
import { answer } from '../commands/answer.ts'
import { readCommand } from '../commands/read-command.ts'
import type { UplinkState } from '../presence/presence.ts'
import type { Spool, SpoolRow } from '../spool/spool.ts'
import { backoffMs } from './backoff.ts'
import { CloneSigns } from './clone-signs.ts'
import { type Connect, type Connection, endedQuietly } from './connection.ts'
import { LinkPace } from './link-pace.ts'
import { Session } from './session.ts'

const usualStatusEveryMs = 10_000
/** A session that lasted this long was a good one: the next loss starts again with the shortest wait. */
const goodSessionMs = 10_000

export interface UplinkOptions {
  readonly connect: Connect
  readonly spool: Spool
  readonly clock: Clock
  /** In [0, 1): Math.random, or a seeded one in tests. */
  readonly random: () => number
  /** The status to publish now. */
  readonly status: () => GatewayStatus
  /** What the centre is told of configurations, before the first envelope of each connection. */
  readonly configurations?: () => Uint8Array | undefined
  /** Longest time between two statuses, ms. Default 10 s. */
  readonly statusEveryMs?: number
  readonly onConnected?: () => void
  /** A session ended or could not be made; `retryMs` until the next attempt. */
  readonly onDisconnected?: (reason: string, retryMs: number) => void
  readonly onFailure: (error: unknown) => void
  /** A command of the centre was answered, or what came was none. */
  readonly onCommand?: (command: Command | string, reply?: Reply) => void
}

/** Keeps one session with the centre and empties the spool through it. */
export class Uplink {
  readonly #options: UplinkOptions
  #connection: Connection | undefined
  #session: Session | undefined
  #bytesOfOlder = 0
  #sessions = 0
  #connectedSince: EpochMs | undefined
  #acknowledgedAt: EpochMs | undefined
  #trouble: string | undefined
  readonly #signs = new CloneSigns()
  readonly #pace = new LinkPace()

  constructor(options: UplinkOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#session?.inFlight ?? 0
  }

  /** Bytes handed to the link since start. */
  get bytesSent(): number {
    return this.#bytesOfOlder + (this.#connection?.bytesSent ?? 0)
  }

  /** How the link stands now. */
  state(): UplinkState {
    return {
      sessions: this.#sessions,
      ...(this.#connectedSince !== undefined && { connectedSince: this.#connectedSince }),
      ...(this.#acknowledgedAt !== undefined && { acknowledgedAt: this.#acknowledgedAt }),
      ...(this.#trouble !== undefined && { trouble: this.#trouble }),
      ...(this.#signs.trouble !== undefined && { clone: this.#signs.trouble }),
    }
  }

  /** New rows stand in the spool. */
  committed(rows: readonly SpoolRow[]): void {
    this.#session?.committed(rows)
  }

  /** Something the status says has changed. */
  statusChanged(): void {
    this.#connection?.sendStatus(this.#options.status())
  }

  /** There is another configuration: the centre hears of it ahead of what is read with it. */
  configurationsChanged(): void {
    const payload = this.#options.configurations?.()
    if (payload) this.#connection?.sendConfigurations(payload)
  }

  /** Resolves after `signal` and a proper goodbye; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, onDisconnected } = this.#options
    let attempt = 0
    while (!signal.aborted) {
      const startedAt = clock.mono()
      const reason = await this.#oneSession(signal)
      if (signal.aborted) return
      this.#trouble = reason
      attempt = clock.mono() - startedAt >= goodSessionMs ? 1 : attempt + 1
      const retryMs = this.#signs.waitMs(random) ?? backoffMs(attempt, random)
      onDisconnected?.(reason, retryMs)
      await sleep(clock, retryMs, signal).catch(() => undefined)
    }
  }

  async #oneSession(signal: AbortSignal): Promise<string> {
    const { connect, spool, clock, status, onConnected, onFailure } = this.#options
    let connection: Connection
    let session: Session | undefined
    let early: Acknowledgement | undefined
    try {
      const { boot } = status()
      // The centre knows by it which run of the gateway asks to be let in.
      const lastWill: GatewayStatus = { online: false, at: clock.now(), ...(boot !== undefined && { boot }) }
      // Bound to this connection: what an older one still brings says nothing about what is in flight on a newer.
      const onAcknowledgement = (acknowledgement: Acknowledgement): void => {
        this.#acknowledgedAt = clock.now()
        const own = acknowledgement.spools[spool.id]
        if (own) this.#signs.acknowledged(own, spool.counters().newestSeq)
        // The centre may tell its state with the subscription, before anything was sent.
        if (session) session.acknowledged(acknowledgement)
        else early = acknowledgement
      }
      const onCommand = (payload: Uint8Array): void => void this.#obey(payload)
      connection = await connect({ lastWill, onAcknowledgement, onCommand, signal })
    } catch (error) {
      this.#signs.ended({ kind: isCloned(error) ? 'cloned' : 'no session' })
      return error instanceof Error ? error.message : String(error)
    }
    this.#signs.stands(0)
    const since = clock.mono()
    spool.linked(true)
    this.#connection = connection
    session = new Session({ spool, connection, clock, pace: this.#pace, onFailure })
    this.#session = session
    this.#sessions++
    this.#connectedSince = clock.now()
    this.#trouble = undefined
    onConnected?.()
    this.configurationsChanged()
    this.statusChanged()
    if (early) session.acknowledged(early)
    session.pump()
    const reason = await this.#untilOver(connection, signal)
    this.#signs.ended({ kind: 'ended', lastedMs: clock.mono() - since, quietly: reason === endedQuietly })
    this.#bytesOfOlder += connection.bytesSent
    session.stop()
    spool.linked(false)
    this.#session = undefined
    this.#connection = undefined
    this.#connectedSince = undefined
    if (signal.aborted) await connection.end({ ...status(), online: false })
    return reason
  }

  /** Before the session stands there is nobody to reply to: the centre asks again. */
  async #obey(payload: Uint8Array): Promise<void> {
    const command = readCommand(payload)
    if (!command) {
      this.#options.onCommand?.('no command this gateway knows')
      return
    }
    if (command.kind === 'configuration') this.configurationsChanged()
    const reply = await replyTo(command, this.#options.spool)
    this.#options.onCommand?.(command, reply)
    this.#connection?.sendReply(reply)
    if (reply.ok && reply.reopened > 0) this.#session?.reopened()
  }

  async #untilOver(connection: Connection, signal: AbortSignal): Promise<string> {
    const stopped = new AbortController()
    const aborted = new Promise<string>((resolve) => {
      signal.addEventListener('abort', () => resolve('stopped'), { once: true, signal: stopped.signal })
      if (signal.aborted) resolve('stopped')
    })
    const reporting = this.#reportStatus(stopped.signal, this.#options.clock.mono())
    const reason = await Promise.race([connection.closed, aborted])
    stopped.abort()
    await reporting
    return reason
  }

  async #reportStatus(signal: AbortSignal, since: number): Promise<void> {
    for (;;) {
      try {
        await sleep(this.#options.clock, this.#options.statusEveryMs ?? usualStatusEveryMs, signal)
      } catch {
        return
      }
      this.#signs.stands(this.#options.clock.mono() - since)
      this.statusChanged()
    }
  }
}

/** What is told of configurations travels ahead of the reply. */
const replyTo = async (command: Command, spool: Spool): Promise<Reply> =>
  command.kind === 'resend' ? answer(command, spool) : { id: command.id, ok: true, reopened: 0, missing: [] }

const isCloned = (error: unknown): boolean =>
  error instanceof CivitalsError && error.code === 'CIV_GATEWAY_UPLINK_CLONED'
