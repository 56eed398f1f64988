import { join } from 'node:path'
import { type Clock, sleep } from '@civitals/contracts/clock'
import type { City } from '@civitals/contracts/registry'
import { demoCity } from '@civitals/simulator/city'
import { pilotHistory } from '@civitals/simulator/history'
import type { Centre, CentreOptions } from '../../centre/centre.ts'
import type { SimulatorCard } from '../../commands/simulate.ts'
import { writeWhole } from '../../io/files.ts'
import { type Program, startProgram } from '../../io/programs.ts'
import { gatewayDocument } from '../gateway-document.ts'
import { bringHistory, complaintCounts } from '../history.ts'

/** The demonstration is the same city every time. */
const seed = 440607

/** How long start-up waits for every terminal to have spoken before it says ready anyway. */
const firstReadingsWithinMs = 15_000

type Stores = Parameters<NonNullable<CentreOptions['beforeStart']>>[0]

/** The simulated pilot: its city, its past, and the processes that play it. */
export interface Pilot extends AsyncDisposable {
  readonly city: City
  /** Writes simulated history into an empty store; a store with readings is left alone. */
  bringHistory(stores: Stores): Promise<void>
  /** Starts simulator and gateways against an open centre; resolves when every terminal has spoken, or time is up. */
  connect(centre: Centre, brokerUrl: string): Promise<void>
}

export async function startPilot({ data, clock }: { data: string; clock: Clock }): Promise<Pilot> {
  const city = await demoCity()
  const history = await pilotHistory({ seed })
  const programs: Program[] = []
  let fresh = false
  const program = (name: string, argv: readonly string[], onLine?: (line: string) => void): void => {
    const logFile = join(data, `logs/${name}.log`)
    programs.push(startProgram({ name, argv, logFile, clock, ...(onLine ? { onLine } : {}) }))
  }
  const startGateways = async (card: SimulatorCard, brokerUrl: string): Promise<void> => {
    const words: string[] = []
    for (const plan of card.plan) {
      const config = join(data, `gateways/${plan.gateway}/gateway.yaml`)
      await writeWhole(config, gatewayDocument(plan, brokerUrl, join(data, `secrets/${plan.gateway}.password`)))
      words.push('--config', config)
    }
    program('gateways', ['gateway', 'run', ...words])
  }
  return {
    city,
    async bringHistory(stores) {
      const written = await bringHistory(city, stores, history, clock.now())
      fresh = written > 0
      if (fresh) say(`wrote ${written} simulated readings of the past 26 hours and eight weeks of traffic flow`)
    },
    async connect(centre, brokerUrl) {
      const counts = complaintCounts(history, clock.now())
      if (fresh) await centre.state.transaction((tx) => centre.indicators.importCounts(tx, counts))
      const card = await new Promise<SimulatorCard>((resolve) => {
        const argv = ['simulate', '--seed', String(seed), '--data', data, '--reports-to', centre.url]
        program('simulator', argv, (line) => resolve(JSON.parse(line) as SimulatorCard))
      })
      await startGateways(card, brokerUrl)
      const until = clock.mono() + firstReadingsWithinMs
      const startedAt = clock.now()
      while (clock.mono() < until && !everyTerminalSpoke(centre, city, startedAt)) await sleep(clock, 50)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(programs.map((running) => running.stop()))
    },
  }
}

function everyTerminalSpoke(centre: Centre, city: City, since: number): boolean {
  const spoke = new Set<string>()
  for (const reading of centre.ingest.latest.all()) if (reading.at >= since) spoke.add(reading.terminal)
  return city.terminals.every(({ id }) => spoke.has(id))
}

const say = (line: string): void => {
  process.stderr.write(`civitals: ${line}\n`)
}
