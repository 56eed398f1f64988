// After an outage: 64 terminals at a second were read into the spool while the link was down; the backlog drains beside live readings.
//   setup/with-node bench/ingest/drain.ts [MINUTES]      default 10 minutes of outage
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteSpool } from '../../gateway/spool/io/sqlite-spool.ts'
import { type Ending, eventually, temporaryFolder } from '../../test/stage/process.ts'
import { bench, type Figure, printFigures, processUsage, quantile } from '../run.ts'
import { fleetOf, pointsEach, samplesAt, slowLink, startFleetCentre, startMember } from './peers/fleet.ts'

const minutes = Number(process.argv[2] ?? 10)
const terminals = 64
const limits = { budgetBytes: 4e9, keepAcknowledgedMs: 1e12, compress: false }

async function drain(ending: Ending, delayMs: number): Promise<void> {
  const folder = temporaryFolder(ending)
  const fleet = fleetOf(1, terminals)
  const [gateway = ''] = fleet.gateways
  const centre = await startFleetCentre(ending, fleet, folder)
  const spool = await openSqliteSpool({ folder: join(folder, 'spool'), limits, clock: systemClock })
  const seconds = minutes * 60
  const startAt = systemClock.now() - seconds * 1000
  for (let second = 0; second < seconds; second += 60) {
    const drafts = Array.from({ length: Math.min(60, seconds - second) }, (_, k) => ({
      ...{
        config: 'bench',
        samples: samplesAt(gateway, startAt + (second + k) * 1000, terminals),
        class: 'telemetry' as const,
      },
    }))
    await spool.append(drafts)
  }
  const port = delayMs > 0 ? await slowLink(ending, centre.brokerPort, delayMs) : centre.brokerPort
  const healed = Promise.withResolvers<void>()
  const member = startMember(gateway, spool, port, centre.passwordOf(gateway), () => healed.resolve())
  await healed.promise
  const begun = performance.now()
  const ages: number[] = []
  const live = new Map<number, number>()
  let backlogMs: number | undefined
  const resident: number[] = []
  let nextAt = begun
  while (backlogMs === undefined || live.size > 0) {
    if (backlogMs === undefined && performance.now() >= nextAt) {
      nextAt += 1000
      const at = systemClock.now()
      const rows = await spool.append([
        { config: 'bench', samples: samplesAt(gateway, at, terminals), class: 'telemetry' as const },
      ])
      for (const { seq } of rows) live.set(seq, at)
      member.uplink.committed(rows)
      resident.push(processUsage(centre.running.child.pid ?? 0).residentMB)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    const waiting = new Set(
      (await spool.waiting({ after: 0, before: Number.MAX_SAFE_INTEGER, limit: 200 })).map(({ seq }) => seq),
    )
    const oldest = Math.min(...waiting)
    if (backlogMs === undefined && !(oldest <= seconds)) backlogMs = performance.now() - begun
    // The newest rows may lie beyond the 200 looked at: only what lies before a waiting one is known to be settled.
    const known = await spool.waiting({ after: seconds, before: Number.MAX_SAFE_INTEGER, limit: 10_000 })
    const waitingLive = new Set(known.map(({ seq }) => seq))
    for (const [seq, at] of live) {
      if (waitingLive.has(seq)) continue
      ages.push(systemClock.now() - at)
      live.delete(seq)
    }
    if (performance.now() - begun > 600_000) throw new Error('the backlog did not drain in ten minutes')
  }
  member.stop.abort()
  await member.ended
  const { producedReadings } = spool.counters()
  await spool.close()
  const row = await eventually(async () => {
    const { items } = (await (await fetch(`${centre.api}/ledger?limit=1000`)).json()) as { items: { stored: number }[] }
    return items[0]
  })
  await centre.running.kill('SIGTERM')
  const figures: Figure[] = [
    { what: 'backlog drained, times real time', measured: (seconds * 1000) / backlogMs, unit: '', atLeast: 10 },
    {
      what: 'live readings meanwhile: age when acknowledged, 99 in 100',
      measured: quantile(ages, 0.99) / 1000,
      unit: 's',
      atMost: 5,
    },
    { what: 'readings produced and not stored', measured: producedReadings - row.stored, unit: '', atMost: 0 },
    { what: 'resident memory of the centre, most', measured: Math.max(...resident), unit: 'MB' },
  ]
  printFigures(
    `${minutes} min of outage, ${terminals} terminals of ${pointsEach} points at 1 s, ${delayMs} ms each way`,
    figures,
  )
}

await bench(async (ending) => {
  for (const delayMs of [0, 50, 300]) await drain(ending, delayMs)
})
