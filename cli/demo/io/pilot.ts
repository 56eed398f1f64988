import { join } from 'node:path'
import { type Clock, sleep } from '@civitals/contracts/clock'
import type { City } from '@civitals/contracts/registry'
import type { PilotHistory } from '@civitals/simulator/history'
import type { Centre, CentreOptions } from '../../centre/centre.ts'
import type { SimulatorCard } from '../../commands/simulate.ts'
import { writeWhole } from '../../io/files.ts'
import { type Program, startProgram } from '../../io/programs.ts'
import { gatewayDocument } from '../gateway-document.ts'
import { bringHistory, complaintCounts } from '../history.ts'

/** How long start-up waits for every terminal to have spoken before it says ready anyway. */
const firstReadingsWithinMs = 15_000

type Stores = Parameters<NonNullable<CentreOptions['beforeStart']>>[0]

export interface PilotOptions {
  readonly city: City
  readonly history: PilotHistory
  readonly seed: number
  readonly data: string
  /** Where the centre will be: citizens' reports go to its pages' address, readings to its broker. */
  readonly centreUrl: string
  readonly brokerUrl: string
  readonly clock: Clock
}

/** The simulated pilot around a centre: its past, and the processes that play it. */
export interface Pilot extends AsyncDisposable {
  /** Writes simulated history into an empty store; a store with readings is left alone. */
  bringHistory(stores: Stores): Promise<void>
  /** Resolves when every terminal has spoken to this centre, or time is up. */
  untilLive(centre: Centre): Promise<void>
}

/** Starts simulator and gateways at once; until the centre listens, the gateways spool what they read. */
export function startPilot(options: PilotOptions): Pilot {
  const { city, history, data, clock } = options
  const startedAt = clock.now()
  const programs: Program[] = []
  let fresh = false
  const program = (name: string, argv: readonly string[], onLine?: (line: string) => void): void => {
    const logFile = join(data, `logs/${name}.log`)
    programs.push(startProgram({ name, argv, logFile, clock, ...(onLine ? { onLine } : {}) }))
  }
  const startGateways = async (card: SimulatorCard): Promise<void> => {
    const words: string[] = []
    for (const plan of card.plan) {
      const config = join(data, `gateways/${plan.gateway}/gateway.yaml`)
      const password = join(data, `secrets/${plan.gateway}.password`)
      await writeWhole(config, gatewayDocument(plan, options.brokerUrl, password))
      words.push('--config', config)
    }
    program('gateways', ['gateway', 'run', ...words])
  }
  const simulate = ['simulate', '--seed', String(options.seed), '--data', data, '--reports-to', options.centreUrl]
  program('simulator', simulate, (line) => void startGateways(JSON.parse(line) as SimulatorCard))

  return {
    async bringHistory(stores) {
      const written = await bringHistory(city, stores, history, startedAt)
      fresh = written > 0
      if (fresh)
        say(
          `wrote ${written} simulated readings of the past: 50 hours by the minute, five weeks by the hour, eight of traffic`,
        )
    },
    async untilLive(centre) {
      if (fresh) {
        const counts = complaintCounts(history, startedAt)
        await centre.state.transaction((tx) => centre.indicators.importCounts(tx, counts))
      }
      const until = clock.mono() + firstReadingsWithinMs
      while (clock.mono() < until && !everyTerminalSpoke(centre, city, startedAt)) await sleep(clock, 50)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(programs.map((running) => running.stop()))
    },
  }
}

function everyTerminalSpoke(centre: Centre, city: City, since: number): boolean {
  const spoke = new Set<string>()
  for (const reading of centre.ingest.latest.all()) if (reading.at > since) spoke.add(reading.terminal)
  return city.terminals.every(({ id }) => spoke.has(id))
}

const say = (line: string): void => {
  process.stderr.write(`civitals: ${line}\n`)
}
