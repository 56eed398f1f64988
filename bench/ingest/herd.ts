// The centre is killed under 500 gateways and comes back: how long until all are connected, what it costs, and whether anything is lost.
//   setup/with-node bench/ingest/herd.ts [GATEWAYS]
import { systemClock } from '@civitals/contracts/system-clock'
import { memorySpool } from '../../gateway/spool/memory.ts'
import { eventually, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures, processUsage, quantile } from '../run.ts'
import { fleetOf, pointsEach, samplesAt, startFleetCentre, startMember } from './peers/fleet.ts'

const gateways = Number(process.argv[2] ?? 500)
const downMs = 20_000
const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

await bench(async (ending) => {
  const fleet = fleetOf(gateways, 1)
  const centre = await startFleetCentre(ending, fleet, temporaryFolder(ending))
  const connectedAt = new Map<string, number>()
  const members = fleet.gateways.map((gateway) => {
    const spool = memorySpool({ id: `s-${gateway}`, limits, clock: systemClock })
    const onConnected = (): void => void connectedAt.set(gateway, performance.now())
    const member = startMember(gateway, spool, centre.brokerPort, centre.passwordOf(gateway), onConnected)
    return { ...member, gateway, spool }
  })
  let writing = true
  const writer = (async () => {
    while (writing) {
      for (const { gateway, spool, uplink } of members) {
        const samples = samplesAt(gateway, systemClock.now(), 1)
        uplink.committed(await spool.append([{ config: 'bench', samples, class: 'telemetry' as const }]))
      }
      await pause(1000)
    }
  })()
  await eventually(async () => (connectedAt.size === gateways ? true : undefined), 120_000)
  await pause(5_000)
  await centre.running.kill('SIGKILL')
  connectedAt.clear()
  await pause(downMs)
  const startedAt = performance.now()
  const running = await centre.again()
  const ready = (performance.now() - startedAt) / 1000
  await eventually(async () => (connectedAt.size === gateways ? true : undefined), 180_000)
  const took = [...connectedAt.values()].map((at) => (at - startedAt) / 1000)
  writing = false
  await writer
  await eventually(
    async () => (members.every(({ spool }) => spool.counters().waiting === 0) ? true : undefined),
    120_000,
  )
  const drained = (performance.now() - startedAt) / 1000
  const usage = processUsage(running.child.pid ?? 0)
  const { items } = (await (await fetch(`${centre.api}/ledger?limit=1000`)).json()) as { items: { stored: number }[] }
  const produced = members.reduce((sum, { spool }) => sum + spool.counters().producedReadings, 0)
  const stored = items.reduce((sum, row) => sum + row.stored, 0)
  for (const { stop } of members) stop.abort()
  await Promise.all(members.map(({ ended }) => ended))
  await running.kill('SIGTERM')
  printFigures(
    `${gateways} gateways of ${pointsEach} readings a second; the centre is killed, away for ${downMs / 1000} s and back`,
    [
      { what: 'readings lost', measured: produced - stored, unit: `of ${produced}`, atMost: 0 },
      { what: 'the centre said it was ready, after its start', measured: ready, unit: 's' },
      { what: 'connected again after its start, half of them', measured: quantile(took, 0.5), unit: 's' },
      { what: 'connected again, the last', measured: Math.max(...took), unit: 's', atMost: 60 },
      { what: 'everything acknowledged after', measured: drained, unit: 's' },
      { what: 'resident memory of the centre', measured: usage.residentMB, unit: 'MB' },
    ],
  )
})
