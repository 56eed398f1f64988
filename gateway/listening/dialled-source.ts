import { type Clock, sleep } from '@civitals/contracts/clock'
import type { PushSession } from '@civitals/firmware-bridge/frames/session'
import type { Dial, Link } from '@civitals/firmware-bridge/wire/link'
import { Reconnect } from '@civitals/firmware-bridge/wire/reconnect'
import { Conversation } from './conversation.ts'
import { Refusals } from './refusals.ts'
import type { Hearing, ReportSource, SourceCounters } from './report-source.ts'

const connectTimeoutMs = 10_000

/** Terminals behind a port or socket this side opens, and opens again when it is lost. */
export class DialledSource implements ReportSource {
  readonly #dial: Dial
  readonly #session: () => PushSession
  readonly #clock: Clock
  readonly #refusals = new Refusals()
  #connected = false

  /** `session`: a new one for each connection. */
  constructor(dial: Dial, session: () => PushSession, clock: Clock) {
    this.#dial = dial
    this.#session = session
    this.#clock = clock
  }

  get health(): SourceCounters {
    return { connected: this.#connected, connections: this.#connected ? 1 : 0, refused: this.#refusals.counts }
  }

  async run(hearing: Hearing, signal: AbortSignal): Promise<void> {
    const reconnect = new Reconnect(this.#clock)
    while (!signal.aborted) {
      await sleep(this.#clock, reconnect.dueInMs, signal).catch(() => undefined)
      if (signal.aborted) return
      const opened = await this.#open(signal)
      if ('stream' in opened) await this.#converse(opened, hearing, reconnect, signal)
      else hearing.trouble(opened.detail)
      reconnect.failed()
    }
  }

  async #open(signal: AbortSignal): Promise<Link | { readonly detail: string }> {
    const stop = new AbortController()
    const abort = (): void => stop.abort(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const why = new Error(`no connection within ${connectTimeoutMs} ms`)
    const late = this.#clock.after(connectTimeoutMs, () => stop.abort(why))
    try {
      return await this.#dial(stop.signal)
    } catch (error) {
      return { detail: error instanceof Error ? error.message : String(error) }
    } finally {
      late.cancel()
      signal.removeEventListener('abort', abort)
    }
  }

  async #converse(link: Link, hearing: Hearing, reconnect: Reconnect, signal: AbortSignal): Promise<void> {
    const heard = (address: string): void => {
      reconnect.proven()
      hearing.heard(address)
    }
    const conversation = new Conversation({
      ...{ link, session: this.#session(), clock: this.#clock },
      hearing: { heard, report: (report) => hearing.report(report), maySetClocks: () => hearing.maySetClocks() },
      onRefused: (fault) => {
        this.#refusals.add(fault.check)
        hearing.refused(fault)
      },
    })
    const stop = (): void => conversation.end('stopped')
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    this.#connected = true
    hearing.trouble(undefined)
    const why = await conversation.ended
    this.#connected = false
    signal.removeEventListener('abort', stop)
    if (!signal.aborted) hearing.trouble(why)
  }
}
