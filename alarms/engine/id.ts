import { createHash } from 'node:crypto'
import type { AlarmSubject } from '@civitals/contracts/alarm'
import type { EpochMs } from '@civitals/contracts/clock'

/** `terminal/point`, `terminal/point>value`, `terminal/point~anomaly`, `indicator@area` or `gateway#fact`: one word for a subject in keys and tables. */
export function subjectKey(subject: AlarmSubject): string {
  switch (subject.kind) {
    case 'series':
      return `${subject.terminal}/${subject.point}`
    case 'indicator':
      return `${subject.indicator}@${subject.area}`
    case 'gateway':
      return `${subject.gateway}#${subject.fact}`
    case 'anomaly':
      return `${subject.terminal}/${subject.point}~${subject.anomaly}`
    case 'approach':
      return `${subject.terminal}/${subject.point}>${subject.reaches}`
  }
}

/** Id of an occurrence: the same rule, subject and onset give the same id on every machine, so a replay finds itself. */
export const occurrenceId = (rule: string, subject: string, onset: EpochMs): string =>
  createHash('sha256')
    .update(JSON.stringify([rule, subject, onset]))
    .digest('hex')
    .slice(0, 24)

/** Id of a transition: alarm and number of the step. */
export const transitionId = (alarm: string, step: number): string => `${alarm}-${step}`
