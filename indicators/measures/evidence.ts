import type { EpochMs } from '@civitals/contracts/clock'
import type { Definition } from '../definition.ts'
import type { Counts } from '../windows/counts.ts'
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
    zh: '有点位失联，沿用其最近有效值，不因缺测而变好',
    en: 'a silent site is held at its last valid value, which is worse than the rest',
  },
  'site-lost': {
    zh: '有点位失联已超过保持期，仍按其最近有效值计，直至恢复、更换或列为不纳入',
    en: 'a site is silent beyond its hold and still counted at its last value until it reports, is replaced or taken out of scope',
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
  /** Attendance of the terminal. */
  readonly watch?: TerminalWatch
}

/** What one site says. */
export interface SiteValue {
  readonly value: number
  /** Newest event time it rests on. */
  readonly at: EpochMs
  readonly uncertain: boolean
  readonly input: SiteInput
  /** What tells several values of one terminal apart, e.g. pollutants. */
  readonly part?: string
  /** What combining sites needs beside the value: flow, weight, counts. */
  readonly parts?: Readonly<Record<string, number>>
}

/** Site values to the indicator's value; NaN when they give none. */
export type Combine = (sites: readonly SiteValue[]) => number

/** Everything a measure may look at. */
export interface MeasureContext {
  readonly definition: Definition
  readonly now: EpochMs
  readonly local: LocalTime
  readonly sites: readonly SiteInput[]
  /** Ids of the series it reads. */
  readonly inputs: string[]
  readonly watches: readonly TerminalWatch[]
  /** `messages` is unknown where a value was kept and not what it rests on. */
  readonly delays: {
    p95Seconds(from: EpochMs, minimum: number): { readonly seconds: number; readonly messages?: number } | undefined
  }
  readonly counts: Counts
  /** Oldest event time the platform knows of. */
  readonly since: EpochMs | null
  /** Finds a thing once where several sets of definitions look at the same windows at the same instant. Absent: every time. */
  readonly once?: Once
}

/** What was found under a key before, or else what `find` finds. */
export type Once = <T>(key: string, find: () => T) => T

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
  /** How they became the value, so that silent sites can be put beside them. */
  readonly combine?: Combine
  /** The values are minutes that go on while a site is silent. */
  readonly running?: boolean
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
