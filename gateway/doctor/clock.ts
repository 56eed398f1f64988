import type { EpochMs } from '@civitals/contracts/clock'
import type { ClockState } from '@civitals/contracts/envelope'
import { type ClockEvidence, earliestBelievable } from '../readings/clock-state.ts'
import { type Finding, findingsOf } from './finding.ts'
import { printDuration, printTime } from './quantities.ts'

export interface ClockFacts {
  readonly now: EpochMs
  /** Of this machine, e.g. `Asia/Shanghai`. */
  readonly zone: string
  /** Minutes east of UTC. */
  readonly zoneMinutes: number
  readonly upMs: number
  readonly bootId?: string
  readonly evidence: ClockEvidence
  /** What the running gateway makes of it. */
  readonly state?: ClockState
  /** This clock minus that of the centre, and how far that may be off; absent: the broker did not tell. */
  readonly centre?: { readonly aheadMs: number; readonly withinMs: number }
}

/** Rules over several gateways compare times; less than this makes no difference to any. */
const noticeableMs = 2_000
/** The centre rejects readings further ahead of its clock (ingest, admission). */
const rejectedMs = 5 * 60_000
const { ok, warning, failure } = findingsOf('clock')

/** Whether times of readings can be believed. */
export function clockFindings(facts: ClockFacts): Finding[] {
  return [serviceFinding(facts), ...centreFinding(facts), zoneFinding(facts)]
}

function serviceFinding({ now, evidence, state }: ClockFacts): Finding {
  const time = printTime(now)
  const judged = state === undefined ? '' : `; the gateway marks readings ${state}`
  if (now < earliestBelievable)
    return failure(
      `${time}: a clock that was never set${judged}`,
      "sudo timedatectl set-time 'YYYY-MM-DD hh:mm:ss', then a time service. What is read until then is dated later",
    )
  switch (evidence.service) {
    case 'synced':
      return ok(`${time}, kept by a time service${judged}`)
    case 'unsynced':
      return warning(
        `${time}, but the time service hears no source${evidence.batteryClock ? ' (set from a battery clock at start)' : ''}${judged}`,
        'is UDP 123 to the time server open? chronyc sources, or timedatectl timesync-status',
      )
    case 'none':
      return warning(
        `${time}, no time service answers${judged}`,
        'install chrony, so that the clock stays right: sudo apt install chrony',
      )
  }
}

function centreFinding({ centre }: ClockFacts): Finding[] {
  if (!centre) return []
  const off = Math.abs(centre.aheadMs)
  const way = centre.aheadMs > 0 ? 'ahead of' : 'behind'
  const within = printDuration(centre.withinMs)
  if (off <= centre.withinMs) return [ok(`in step with the centre, to within ${within}`)]
  const seen = `${printDuration(off)} ${way} the centre (to within ${within})`
  if (off <= noticeableMs) return [ok(seen)]
  if (off < rejectedMs) return [warning(seen, 'set up a time service here and in the centre')]
  const next = 'set the clock that is wrong; the centre rejects readings 5 min ahead of it'
  return [failure(seen, next)]
}

function zoneFinding({ zone, zoneMinutes, upMs, bootId }: ClockFacts): Finding {
  const boot = bootId === undefined ? '' : `, boot ${bootId.slice(0, 8)}`
  return ok(`time zone ${zone} (${printOffset(zoneMinutes)}), up ${printDuration(upMs)}${boot}`)
}

/** `+08:00` */
export function printOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}
