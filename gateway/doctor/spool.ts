import type { EpochMs } from '@civitals/contracts/clock'
import type { SpoolCounters } from '../spool/spool.ts'
import { type Finding, findingsOf } from './finding.ts'
import { plural, printAge, printBytes, printCount } from './quantities.ts'

/** One envelope of a spool: its number and when it was committed. */
export interface SpoolPlace {
  readonly seq: number
  readonly at: EpochMs
}

/** What a spool holds. */
export interface SpoolContent {
  readonly id: string
  readonly counters: SpoolCounters
  /** Absent: nothing waits. */
  readonly oldestWaiting?: SpoolPlace
  readonly newest?: SpoolPlace
  /** Gap records that no envelope has carried yet. */
  readonly openGaps?: number
}

/** How the spool was looked into; it is never opened for writing, and never while a gateway holds it. */
export type SpoolLook =
  | { readonly kind: 'none' }
  | { readonly kind: 'told'; readonly content: SpoolContent }
  | { readonly kind: 'held' }
  | { readonly kind: 'read'; readonly content: SpoolContent; readonly closed: boolean }
  | { readonly kind: 'damaged'; readonly file: string; readonly detail: string }
  | { readonly kind: 'not looked into'; readonly why: string }

export interface SpoolFacts {
  readonly now: EpochMs
  readonly look: SpoolLook
  readonly budgetBytes: number
  /** Damaged files an earlier start moved aside. */
  readonly movedAside: readonly string[]
}

const { ok, warning, failure } = findingsOf('spool')

/** Whether it is sound, and what waits in it. */
export function spoolFindings(facts: SpoolFacts): Finding[] {
  return [...lookFindings(facts), ...facts.movedAside.map(asideFinding)]
}

function lookFindings({ look, now, budgetBytes }: SpoolFacts): Finding[] {
  switch (look.kind) {
    case 'none':
      return [ok('none yet; the gateway makes it at its first start')]
    case 'told':
      return contentFindings(look.content, 'held by the running gateway', now, budgetBytes)
    case 'held':
      return [ok('held by a running gateway; not looked into')]
    case 'read': {
      const how = look.closed ? 'sound, closed in good order' : 'sound, its gateway did not close it (power, kill -9)'
      return contentFindings(look.content, how, now, budgetBytes)
    }
    case 'damaged':
      return [
        failure(
          `${look.file} is damaged: ${look.detail}`,
          'copy it for analysis, then start the gateway: it takes over what can be read and tells the centre. Check the disk',
        ),
      ]
    case 'not looked into':
      return [warning(`not looked into: ${look.why}`, 'the gateway checks it at its start')]
  }
}

function contentFindings(content: SpoolContent, how: string, now: EpochMs, budgetBytes: number): Finding[] {
  const { id, counters } = content
  const { waiting, waitingReadings, newestSeq, declaredLost, bytes, inherited } = counters
  const newest = content.newest ? `, committed ${printAge(content.newest.at, now)}` : ''
  const found = ok(`${id}: ${how}; newest envelope ${printCount(newestSeq)}${newest}`)
  const oldest = content.oldestWaiting
    ? `, the oldest number ${printCount(content.oldestWaiting.seq)}, ${printAge(content.oldestWaiting.at, now)}`
    : ''
  const share = `${printBytes(bytes)} of ${printBytes(budgetBytes)} kept (${Math.round((100 * bytes) / budgetBytes)} %)`
  const older = inherited > 0 ? ` and ${plural(inherited, 'envelope')} of an older spool` : ''
  const depth = `${plural(waiting, 'envelope')} with ${plural(waitingReadings, 'reading')}${older} wait${oldest}; ${share}`
  return [found, depthFinding(depth, counters, budgetBytes), ...lostFinding(declaredLost, content.openGaps)]
}

/** Settled envelopes make room first, so a full spool loses nothing as long as little of it waits. */
function depthFinding(seen: string, { waiting, inherited, bytes }: SpoolCounters, budgetBytes: number): Finding {
  const nearlyFull = bytes > 0.9 * budgetBytes && waiting + inherited > 0
  return nearlyFull
    ? warning(seen, 'when it is full and nothing settled is left, the oldest ordinary readings go, declared as lost')
    : ok(seen)
}

function lostFinding(declaredLost: number, openGaps = 0): Finding[] {
  if (declaredLost === 0) return []
  const open = openGaps > 0 ? `, ${plural(openGaps, 'gap record')} still to be sent` : ''
  const seen = `${plural(declaredLost, 'reading')} given up for want of room and declared${open}`
  return [warning(seen, 'a larger spool.budget bridges a longer outage')]
}

const asideFinding = (file: string): Finding =>
  warning(`a damaged spool was moved aside: ${file}`, 'keep it until the centre has been told; check the disk')
