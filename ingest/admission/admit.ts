import type { EpochMs } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import type { RejectReason } from '@civitals/contracts/ledger'
import type { Reading } from '@civitals/contracts/reading'
import {
  type AdmissionView,
  type Exclusion,
  isExclusion,
  judgeAt,
  placeOf,
  type RawReading,
  type RawSample,
  type SetAsideReason,
} from './judge.ts'

export interface RejectedReading {
  readonly terminal: string
  readonly point: string
  readonly reason: RejectReason
  readonly detail: string
}

export interface SetAsideReading {
  readonly raw: RawReading
  readonly reason: SetAsideReason
  readonly detail?: string
}

/** What becomes of an envelope's readings: each stands in exactly one of the three lists. */
export interface Admission {
  readonly admitted: readonly Reading[]
  readonly rejected: readonly RejectedReading[]
  readonly setAside: readonly SetAsideReading[]
}

/** An admission in the making. */
interface Lists {
  readonly admitted: Reading[]
  readonly rejected: RejectedReading[]
  readonly setAside: SetAsideReading[]
}

/** Judges every reading of an envelope by itself, so that one bad number costs one reading. Pure. */
export function admit(envelope: Envelope, gateway: string, receivedAt: EpochMs, view: AdmissionView): Admission {
  const lists: Lists = { admitted: [], rejected: [], setAside: [] }
  for (const sample of envelope.samples) {
    const units = view.unitsOf(gateway, envelope.config, sample.terminal)
    const raw = rawOf(sample, units && envelope.config)
    admitSample(lists, sample, raw, placeOf(raw, units, gateway, receivedAt, view))
  }
  return lists
}

/** One reading per point with a value or a quality: the same count the gateway keeps. */
function admitSample(
  lists: Lists,
  { values, quality }: Sample,
  raw: RawSample,
  place: ReturnType<typeof placeOf>,
): void {
  for (const point in values) {
    const verdict = judgeAt(place, point, values[point], quality?.[point])
    if (isExclusion(verdict))
      exclude(lists, { ...raw, point, value: values[point], quality: quality?.[point] }, verdict)
    else lists.admitted.push(verdict)
  }
  for (const point in quality) {
    if (Object.hasOwn(values, point)) continue
    const verdict = judgeAt(place, point, undefined, quality[point])
    if (isExclusion(verdict)) exclude(lists, { ...raw, point, value: undefined, quality: quality[point] }, verdict)
    else lists.admitted.push(verdict)
  }
}

function exclude({ rejected, setAside }: Lists, raw: RawReading, exclusion: Exclusion): void {
  const { terminal, point } = raw
  if (exclusion.kind === 'rejected') {
    rejected.push({ terminal, point, reason: exclusion.reason, detail: exclusion.detail })
  } else {
    const { reason, detail } = exclusion
    setAside.push({ raw, reason, ...(detail !== undefined && { detail }) })
  }
}

const rawOf = ({ terminal, at, clock, mono, boot }: Sample, config: string | undefined): RawSample => ({
  terminal,
  at,
  unsynced: clock === 'unsynced',
  mono,
  boot,
  config,
})
