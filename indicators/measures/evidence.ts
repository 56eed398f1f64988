import type { EpochMs } from '@civitals/contracts/clock'
import type { Definition } from '../definition.ts'
import type { Counts } from '../windows/counts.ts'
import type { Delays } from '../windows/delays.ts'
import type { LocalTime } from '../windows/local-time.ts'
import type { SeriesWindow } from '../windows/series-window.ts'
import type { TerminalWatch } from '../windows/terminal-watch.ts'

/** Why there is no valid value, or what it leaves out. */
export const reasons = {
  'no-terminals': { zh: '该区域没有此类终端', en: 'no terminal of this kind in the area' },
  'too-little-data': { zh: '有效数据不足', en: 'too few valid readings in the window' },
  'too-few-sites': { zh: '有效点位不足', en: 'too few sites with valid readings' },
  'no-history': { zh: '历史基线不足', en: 'too little history for a baseline' },
  'too-few-messages': { zh: '报文数不足', en: 'too few messages to judge by' },
  'none-published': {
    zh: '缺项且其余未超标，标准不发布指数',
    en: 'an item is missing and the rest is below the limit: the standard publishes no index',
  },
  'no-reports': { zh: '诉求来源中断', en: 'the source of reports is silent' },
  'sites-missing': { zh: '部分点位缺测', en: 'some sites are missing' },
  'site-held': {
    zh: '最差点位失联，沿用其最近有效值',
    en: 'the worst site is silent and held at its last valid value',
  },
  'already-bad': { zh: '缺测但其余已严重，按其余发布', en: 'sites are missing, yet what remains is already serious' },
  'items-missing': { zh: '缺项，按其余污染物发布', en: 'an item is missing; computed from the rest' },
} as const
export type Reason = keyof typeof reasons

/** One terminal's part in an indicator. */
export interface SiteInput {
  readonly terminal: string
  readonly site: string
  /** Its series in the order the definition names the points. */
  readonly points: readonly SeriesWindow[]
}

/** What one site says. */
export interface SiteValue {
  readonly value: number
  /** Newest event time it rests on. */
  readonly at: EpochMs
  readonly uncertain: boolean
  readonly input: SiteInput
}

/** Everything a measure may look at. */
export interface MeasureContext {
  readonly definition: Definition
  readonly now: EpochMs
  readonly local: LocalTime
  readonly sites: readonly SiteInput[]
  /** Ids of the series it reads. */
  readonly inputs: string[]
  readonly watches: readonly TerminalWatch[]
  readonly delays: Delays
  readonly counts: Counts
  /** Oldest event time the platform knows of. */
  readonly since: EpochMs | null
}

/** What a measure found, before it is scored. */
export interface Evidence {
  /** null: no valid value. */
  readonly value: number | null
  readonly at: EpochMs | null
  /** Usable share of the inputs, 0..1. */
  readonly coverage: number
  readonly uncertain: boolean
  readonly reason?: Reason
  readonly detail?: Readonly<Record<string, unknown>>
  /** Sites the value rests on, where it rests on sites. */
  readonly sites?: readonly SiteValue[]
  readonly worst?: SiteInput
}

/** A named way from windows to one value. Pure. */
export type Measure = (context: MeasureContext) => Evidence

export const noEvidence = (reason: Reason, coverage = 0, detail?: Evidence['detail']): Evidence => ({
  value: null,
  at: null,
  coverage,
  uncertain: false,
  reason,
  ...(detail ? { detail } : {}),
})
