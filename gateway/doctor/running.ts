import type { EpochMs } from '@civitals/contracts/clock'
import type { Presence } from '../presence/presence.ts'
import { type Finding, findingsOf } from './finding.ts'
import { plural, printAge, printTime } from './quantities.ts'

export interface RunningFacts {
  readonly now: EpochMs
  /** What the running gateway says of itself. */
  readonly presence?: Presence
  /** The process that holds the spool. */
  readonly holder?: { readonly pid: number; readonly command: string }
  /** Hash of the configuration file now. */
  readonly hash: string
}

/** Work the centre has not settled for so long is no matter of waiting its turn. */
const settledWithinMs = 60_000
const { ok, warning, failure } = findingsOf('gateway')

/** Whether the gateway runs, with this configuration, and delivers. */
export function runningFindings(facts: RunningFacts): Finding[] {
  const { presence, holder } = facts
  if (presence) return [runsFinding(facts, presence), ...refusedFinding(presence), uplinkFinding(facts, presence)]
  if (!holder) return [warning('it does not run: nobody holds its spool', 'sudo systemctl start civitals-gateway')]
  const seen = `process ${holder.pid} (${holder.command}) holds the spool and says nothing of itself`
  return [warning(seen, 'an older release, or it hangs: journalctl -u civitals-gateway -n 50')]
}

function runsFinding({ hash, now }: RunningFacts, { pid, startedAt, status }: Presence): Finding {
  const runs = `runs as process ${pid} since ${printTime(startedAt)} (${printAge(startedAt, now)})`
  if (status.config === hash) return ok(`${runs}, with this configuration`)
  return warning(
    `${runs}, with configuration ${status.config}, not ${hash} of the file`,
    'sudo systemctl reload civitals-gateway; journalctl -u civitals-gateway says if it refuses the file',
  )
}

/** Readings live in memory alone while the disk refuses them: a restart would lose them. */
function refusedFinding({ status }: Presence): Finding[] {
  const { trouble, held = 0 } = status.spool ?? {}
  if (trouble === undefined) return []
  const seen = `nothing can be committed (${trouble}); ${plural(held, 'sample')} wait in memory alone`
  return [failure(seen, 'free space or change the disk, see below; it goes on by itself. Do not restart it meanwhile')]
}

function uplinkFinding({ now }: RunningFacts, { status, uplink }: Presence): Finding {
  const waiting = status.spool?.waiting ?? 0
  const waits = waiting === 0 ? 'nothing waits' : `${plural(waiting, 'envelope')} not yet settled`
  const { connectedSince, acknowledgedAt, sessions, trouble, clone } = uplink
  if (clone !== undefined)
    return failure(
      `${clone}; ${waits}`,
      'the ledger page of the centre shows the addresses of both boxes: take one out of service, then release the gateway there. Nothing is lost meanwhile',
    )
  if (connectedSince === undefined) {
    const why = trouble === undefined ? 'none was made yet' : trouble
    const last = acknowledgedAt === undefined ? '' : `, last delivered ${printAge(acknowledgedAt, now)}`
    return failure(`it has no session with the centre (${why})${last}; ${waits}`, 'link and broker below say why')
  }
  const told = acknowledgedAt === undefined ? 'nothing settled yet' : `last settled ${printAge(acknowledgedAt, now)}`
  const count = sessions > 1 ? ` (${plural(sessions, 'session')} since start)` : ''
  const seen = `connected to the centre since ${printTime(connectedSince)}${count}, ${told}, ${waits}`
  const stuck = waiting > 0 && now - Math.max(acknowledgedAt ?? 0, connectedSince) > settledWithinMs
  return stuck
    ? failure(seen, 'the centre takes envelopes and settles none: look at its ingest page. Nothing is lost meanwhile')
    : ok(seen)
}
