import { hash } from 'node:crypto'
import type { EpochMs } from '@civitals/contracts/clock'
import type { FrameCheck } from '../frames/frame.ts'
import type { TerminalReport } from '../frames/session.ts'
import type { MqttTransport } from '../transport.ts'
import { chirpStackAddress, chirpStackDocument, chirpStackFault, chirpStackTime } from './chirpstack.ts'
import { elementsOf, valueAt } from './document.ts'
import { instantOfJson } from './time.ts'

export interface MqttJsonOptions extends Pick<MqttTransport, 'payload' | 'address' | 'time'> {
  /** Of times that name no zone, minutes east of UTC. Default 480. */
  readonly zoneMinutes?: number
}

/** One message as the broker gave it. */
export interface JsonMessage {
  readonly topic: string
  readonly payload: Uint8Array
  /** The broker kept it for who comes later: nobody knows from when it is. */
  readonly retained?: boolean
  /** The broker sends it again, not knowing whether it came (DUP) [MQTT 3.1.1 3.3.1.1]. It may be the first to come. */
  readonly again?: boolean
}

export type ReadMessage =
  | { readonly kind: 'report'; readonly report: TerminalReport }
  /** It came before, is empty, or is kept and has no time of its own. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly check: FrameCheck; readonly detail: string }

/** Of one message. */
export const mostMessageBytes: number = 256 * 1024
const longestAddress = 128
/** Of a UUID and more. A part of a longer one would keep all of it in memory. */
const longestId = 64
/** Network servers repeat a message within minutes, if at all. */
const mostRemembered = 4096
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads the JSON messages of one line as reports whose elements are the paths into the document. Pure but for what it remembers of the last messages:
 * ChirpStack events are known by their id, other messages that a broker sends again by what stands in them. Never throws.
 */
export class MqttJsonReader {
  readonly #options: MqttJsonOptions
  readonly #seen = new Set<string>()

  constructor(options: MqttJsonOptions = {}) {
    this.#options = options
  }

  read({ topic, payload, retained = false, again = false }: JsonMessage): ReadMessage {
    // By an empty message a broker is told to forget the one it kept [MQTT 3.1.1 3.3.1.3].
    if (payload.length === 0) return { kind: 'ignored' }
    if (payload.length > mostMessageBytes) return tooLong(payload.length)
    const parsed = parse(payload)
    if ('detail' in parsed) return refused('field', parsed.detail)
    const fault = this.#isChirpStack ? chirpStackFault(parsed.document) : undefined
    if (fault !== undefined) return refused('field', fault)
    const document = this.#isChirpStack ? chirpStackDocument(parsed.document) : parsed.document
    const address = this.#addressOf(topic, document)
    if (address === undefined) return refused('address', 'names no terminal')
    if (address.length > longestAddress) return refused('address', `names a terminal by ${address.length} characters`)
    const at = this.#timeOf(document)
    const copy = this.#isKnown(this.#idOf(document) ?? fingerprintOf(topic, payload), again)
    if (copy || (retained && at === undefined)) return { kind: 'ignored' }
    const { elements, bad } = elementsOf(document)
    const doubts = Object.keys(bad).length > 0 ? { bad } : {}
    return { kind: 'report', report: { address, ...(at === undefined ? {} : { at }), elements, ...doubts } }
  }

  get #isChirpStack(): boolean {
    return this.#options.payload !== 'json'
  }

  #addressOf(topic: string, document: unknown): string | undefined {
    const { address } = this.#options
    if (address === undefined) return this.#isChirpStack ? chirpStackAddress(document) : undefined
    const level = /^topic\[(\d+)\]$/.exec(address)?.[1]
    const value = level === undefined ? valueAt(document, address) : topic.split('/')[Number(level)]
    const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
    return text === '' ? undefined : text
  }

  #timeOf(document: unknown): EpochMs | undefined {
    const { time, zoneMinutes } = this.#options
    if (time !== undefined) return instantOfJson(valueAt(document, time), zoneMinutes)
    return this.#isChirpStack ? chirpStackTime(document) : undefined
  }

  #idOf(document: unknown): Id | undefined {
    const id = this.#isChirpStack ? valueAt(document, 'deduplicationId') : undefined
    const usual = typeof id === 'string' && id !== '' && id.length <= longestId
    return usual ? { key: id, unique: true } : undefined
  }

  /** Remembers it. Without an id of its own the same bytes are news, unless they are sent again. */
  #isKnown({ key, unique }: Id, again: boolean): boolean {
    if (this.#seen.has(key)) return unique || again
    this.#seen.add(key)
    const first = this.#seen.size > mostRemembered ? this.#seen.values().next().value : undefined
    if (first !== undefined) this.#seen.delete(first)
    return false
  }
}

interface Id {
  readonly key: string
  /** No two messages have it. */
  readonly unique: boolean
}

const fingerprintOf = (topic: string, payload: Uint8Array): Id => ({
  key: hash('sha1', Buffer.concat([Buffer.from(`${topic}\0`), payload]), 'base64'),
  unique: false,
})

const refused = (check: FrameCheck, detail: string): Extract<ReadMessage, { kind: 'refused' }> => ({
  ...{ kind: 'refused', check, detail },
})

/** A message of so many bytes. */
export const tooLong = (bytes: number): Extract<ReadMessage, { kind: 'refused' }> =>
  refused('length', `${bytes} bytes, at most ${mostMessageBytes}`)

function parse(payload: Uint8Array): { readonly document: object } | { readonly detail: string } {
  try {
    const document: unknown = JSON.parse(utf8.decode(payload))
    return typeof document === 'object' && document !== null ? { document } : { detail: 'is no JSON object' }
  } catch (error) {
    return { detail: error instanceof Error ? error.message : String(error) }
  }
}
