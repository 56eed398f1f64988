// What must hold at every instant, not only at the end.
import { decodeAcknowledgement } from '@civitals/contracts/acknowledgement'
import { type Intervals, inIntervals } from '@civitals/contracts/intervals'
import type { Reading } from '@civitals/contracts/reading'
import { windowSize } from '../../gateway/uplink/window.ts'
import { type Centre, queueBounds } from './centre.ts'
import type { Edge } from './edge.ts'
import { beginning, type Schedule } from './schedule.ts'
import { poison, type SeriesDisk } from './series-disk.ts'
import type { StateDisk } from './state-disk.ts'
import { keyOf, type Truth } from './truth.ts'

const largestPayload = 4_000

export interface Watched {
  readonly truth: Truth
  readonly state: StateDisk
  readonly series: SeriesDisk
}

/** Everything an acknowledgement names must stand in the ledger, and what was evaluated of it in the series store. */
export function checkAcknowledgement({ truth, state }: Watched, gateway: string, payload: Uint8Array): void {
  if (state.open) return
  const acknowledgement = decodeAcknowledgement(payload)
  if (!acknowledgement) truth.wrong(`${gateway} got an acknowledgement that is none`)
  for (const [spool, { upTo, above }] of Object.entries(acknowledgement?.spools ?? {})) {
    const row = state.run('SELECT settled FROM ledger_spool WHERE gateway = ? AND spool = ?', [gateway, spool]).rows[0]
    const settled = JSON.parse(String(row?.[0] ?? '[]')) as Intervals
    const promised = upTo > 0 ? [[1, upTo] as const, ...above] : above
    for (const [from, to] of promised) {
      for (let seq = from; seq <= to; seq++) {
        if (!inIntervals(settled, seq)) truth.wrong(`${keyOf(gateway, spool, seq)} is acknowledged and not settled`)
      }
    }
  }
}

/** Nothing is evaluated whose readings are not committed to the series store [step (b) after step (a)]. */
export class JournalWatch {
  #seen = 0

  committed({ truth, state, series }: Watched): void {
    const { rows } = state.run('SELECT n, gateway, spool, seq FROM mini_journal WHERE n > ?', [this.#seen])
    for (const [n, gateway, spool, seq] of rows) {
      const key = keyOf(String(gateway), String(spool), Number(seq))
      if (!series.byEnvelope.has(key)) truth.wrong(`${key} is evaluated and not stored`)
      truth.settled(key)
      this.#seen = Math.max(this.#seen, Number(n))
    }
  }

  /** Commits may have been lost. */
  crashed({ state }: Watched): void {
    this.#seen = Number(state.run('SELECT coalesce(max(n), 0) FROM mini_journal', []).rows[0]?.[0])
  }
}

export interface Looked {
  readonly truth: Truth
  readonly centre: Centre
  readonly edges: readonly Edge[]
  readonly series: SeriesDisk
  readonly schedule: Schedule
}

/** Memory is bounded, and what is shown as newest never grows older, except where the store refused it. */
export class BoundsWatch {
  readonly #newest = new Map<string, Reading>()
  #ingest: Centre['ingest']

  look({ truth, centre, edges, series, schedule }: Looked): void {
    for (const edge of edges) {
      if (edge.inFlight > windowSize) truth.wrong(`${edge.id} has ${edge.inFlight} envelopes in flight`)
    }
    // What a killed centre showed ahead of its settlement is gone with its memory.
    if (this.#ingest !== centre.ingest) this.#newest.clear()
    this.#ingest = centre.ingest
    if (!centre.ingest) return
    const { queuedBytes, queuedEnvelopes, heldEnvelopes } = centre.ingest.health().facts
    if (Number(queuedBytes) > queueBounds.bytes + largestPayload) truth.wrong(`${queuedBytes} bytes wait in the queue`)
    if (Number(queuedEnvelopes) > queueBounds.deliveries) truth.wrong(`${queuedEnvelopes} envelopes wait in the queue`)
    if (Number(heldEnvelopes) > edges.length) truth.wrong(`${heldEnvelopes} envelopes are held`)
    for (const reading of centre.ingest.latest.all()) {
      const name = `${reading.terminal}/${reading.point}`
      const before = this.#newest.get(name)
      // Shown while the store was down, and then refused by it: it must go.
      const refused = before && (before.value === poison || before.at < beginning + schedule.now - series.keptMs)
      if (before && reading.at < before.at && !refused) truth.wrong(`the newest reading of ${name} grew older`)
      this.#newest.set(name, reading)
    }
  }
}
