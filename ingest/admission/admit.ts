import type { EpochMs } from '@civitals/contracts/clock'
import type { Envelope, Sample } from '@civitals/contracts/envelope'
import type { RejectReason } from '@civitals/contracts/ledger'
import type { Reading } from '@civitals/contracts/reading'
import { type AdmissionView, judge, type RawReading, type SetAsideReason, type Verdict } from './judge.ts'

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

/** Judges every reading of an envelope by itself, so that one bad number costs one reading. Pure. */
export function admit(envelope: Envelope, gateway: string, receivedAt: EpochMs, view: AdmissionView): Admission {
  const admission = { admitted: [], rejected: [], setAside: [] } as {
    admitted: Reading[]
    rejected: RejectedReading[]
    setAside: SetAsideReading[]
  }
  for (const sample of envelope.samples) {
    const units = view.unitsOf(gateway, envelope.config, sample.terminal)
    for (const raw of readingsOf(sample, units && envelope.config)) {
      const verdict = judge(raw, units, gateway, receivedAt, view)
      if (verdict.kind === 'admitted') admission.admitted.push(verdict.reading)
      else if (verdict.kind === 'set aside') admission.setAside.push(asideOf(raw, verdict))
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

const asideOf = (raw: RawReading, { reason, detail }: Extract<Verdict, { kind: 'set aside' }>): SetAsideReading => ({
  ...{ raw, reason },
  ...(detail !== undefined && { detail }),
})

/** One reading per point with a value or a quality: the same count the gateway keeps. */
function readingsOf(
  { terminal, at, clock, mono, boot, values, quality }: Sample,
  config: string | undefined,
): RawReading[] {
  const unsynced = clock === 'unsynced'
  const readings: RawReading[] = []
  for (const point in values) {
    readings.push({
      terminal,
      point,
      at,
      value: values[point],
      quality: quality?.[point],
      unsynced,
      mono,
      boot,
      config,
    })
  }
  for (const point in quality) {
    if (Object.hasOwn(values, point)) continue
    readings.push({ terminal, point, at, value: undefined, quality: quality[point], unsynced, mono, boot, config })
  }
  return readings
}
