import type { EpochMs } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import type { RejectReason } from '@civitals/contracts/ledger'
import type { Reading } from '@civitals/contracts/reading'
import { type AdmissionView, judge, type RawReading, type SetAsideReason } from './judge.ts'

export interface RejectedReading {
  readonly terminal: string
  readonly point: string
  readonly reason: RejectReason
  readonly detail: string
}

export interface SetAsideReading {
  readonly raw: RawReading
  readonly reason: SetAsideReason
}

/** What becomes of an envelope's readings: each stands in exactly one of the three lists. */
export interface Admission {
  readonly admitted: readonly Reading[]
  readonly rejected: readonly RejectedReading[]
  readonly setAside: readonly SetAsideReading[]
}

/** Judges every reading of an envelope by itself, so that one bad number costs one reading. Pure. */
export function admit(envelope: Envelope, gateway: string, receivedAt: EpochMs, view: AdmissionView): Admission {
  const admission = { admitted: [], rejected: [], setAside: [] } as {
    admitted: Reading[]
    rejected: RejectedReading[]
    setAside: SetAsideReading[]
  }
  for (const sample of envelope.samples) {
    for (const raw of readingsOf(sample)) {
      const verdict = judge(raw, gateway, receivedAt, view)
      if (verdict.kind === 'admitted') admission.admitted.push(verdict.reading)
      else if (verdict.kind === 'set aside') admission.setAside.push({ raw, reason: verdict.reason })
      else
        admission.rejected.push({
          terminal: raw.terminal,
          point: raw.point,
          reason: verdict.reason,
          detail: verdict.detail,
        })
    }
  }
  return admission
}

/** One reading per point with a value or a quality: the same count the gateway keeps. */
function readingsOf({ terminal, at, clock, mono, boot, values, quality }: Sample): RawReading[] {
  const unsynced = clock === 'unsynced'
  const readings: RawReading[] = []
  for (const point in values) {
    readings.push({ terminal, point, at, value: values[point], quality: quality?.[point], unsynced, mono, boot })
  }
  for (const point in quality) {
    if (Object.hasOwn(values, point)) continue
    readings.push({ terminal, point, at, value: undefined, quality: quality[point], unsynced, mono, boot })
  }
  return readings
}
