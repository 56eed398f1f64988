import type { Reading } from '@civitals/contracts/reading'
import type { SettledEnvelope, SettlementBatch } from '@civitals/contracts/settlement'
import type { RefusedReading } from './port.ts'

/** Nanoseconds since 1970 fit 64 bits this far to either side: years 1677 to 2262, what InfluxDB can hold. */
const furthestMs = 9_223_372_036_854

/** Why no engine takes this reading, or undefined. Admission lets none of these pass; the engines do not rely on that. */
export function refusalOf(reading: Reading): string | undefined {
  if (reading.value !== null && !Number.isFinite(reading.value)) return `value ${reading.value} is not a finite number`
  if (!Number.isInteger(reading.at)) return `time ${reading.at} is not a whole number of milliseconds`
  if (Math.abs(reading.at) > furthestMs) return `time ${reading.at} lies outside the years 1677 to 2262`
  if (reading.value === null && reading.quality === 'good') return 'a good reading carries a value'
  return undefined
}

export interface SplitBatch {
  readonly envelopes: readonly SettledEnvelope[]
  readonly refused: readonly RefusedReading[]
}

/** What an engine says of a reading it does not take. */
export type EngineRefusal = Pick<RefusedReading, 'reason' | 'tooOld'>

/** Of a reading of a time whose readings have been removed already. */
export const tooOld: EngineRefusal = { reason: 'older than readings are kept', tooOld: true }

/** The batch without what no engine takes, or this one does not. Untouched envelopes are passed on as they are. */
export function splitRefused(
  batch: SettlementBatch,
  engineRefuses?: (reading: Reading) => EngineRefusal | undefined,
): SplitBatch {
  const refusalFor = (reading: Reading): EngineRefusal | undefined => {
    const reason = refusalOf(reading)
    return reason === undefined ? engineRefuses?.(reading) : { reason }
  }
  const refused: RefusedReading[] = []
  const envelopes = batch.envelopes.map((envelope) => {
    const before = refused.length
    for (const reading of envelope.readings) {
      const refusal = refusalFor(reading)
      if (refusal) refused.push(refusedReading(envelope, reading, refusal))
    }
    if (refused.length === before) return envelope
    return { ...envelope, readings: envelope.readings.filter((reading) => !refusalFor(reading)) }
  })
  return { envelopes, refused }
}

export const refusedReading = (
  { gateway, spool, seq }: Pick<SettledEnvelope, 'gateway' | 'spool' | 'seq'>,
  reading: Reading,
  refusal: EngineRefusal,
): RefusedReading => ({ gateway, spool, seq, reading, ...refusal })
