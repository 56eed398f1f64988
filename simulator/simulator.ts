import type { Clock, Timer } from '@civitals/contracts/clock'
import type { City } from '@civitals/contracts/registry'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { cityOfPilot } from './city/city-of-pilot.ts'
import { loadPilot } from './city/io/pilot-file.ts'
import { loadComplaintTable, makeFolder } from './io/documents.ts'
import { openDoor } from './io/door.ts'
import { type GatewayPlan, openLines } from './lines.ts'
import { socatPresent } from './modbus/io/rtu-line.ts'
import type { SimulatorCommand } from './scenario/command.ts'
import { Director, type SimulatorState } from './scenario/director.ts'
import { type Complaint, complaintsOf } from './world/complaints.ts'
import { createWorld, type World } from './world/world.ts'

export type { GatewayPlan, LinePlan } from './lines.ts'
export type { SimulatorCommand } from './scenario/command.ts'
export type { Complaint } from './world/complaints.ts'

export interface SimulatorOptions {
  /** Same seed, same city. */
  readonly seed: number
  readonly clock: Clock
  /** `auto`: pseudo-terminals where socat is present, RTU over TCP otherwise. */
  readonly serial: 'pty' | 'rtu-over-tcp' | 'auto'
  /** Where the links of pseudo-terminals are made; made itself when absent. */
  readonly runFolder: string
  /** Called for each complaint as it happens: about 120 a day, in a storm as many in an hour of its time. */
  readonly onComplaint?: (complaint: Complaint) => void
}

/** A running city of terminals. */
export interface Simulator {
  readonly city: City
  /** What each gateway has to read and where. */
  readonly plan: readonly GatewayPlan[]
  /** Address of the control door, `http://127.0.0.1:<port>`. */
  readonly control: string
  readonly world: World
  command(command: SimulatorCommand): void
  state(): SimulatorState
  close(): Promise<void>
}

/**
 * Starts the pilot: every line listens, nothing is computed until a master asks.
 * @throws CIV_SIMULATOR_PTY when pseudo-terminals were asked for and cannot be made.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { seed, clock, runFolder } = options
  const [pilot, profiles, table] = await Promise.all([loadPilot(), shippedProfiles(), loadComplaintTable()])
  const serial = options.serial === 'auto' ? ((await socatPresent()) ? 'pty' : 'rtu-over-tcp') : options.serial
  if (serial === 'pty') await makeFolder(runFolder)
  const director = new Director(clock)
  const world = createWorld(pilot, profiles, seed, director.timeline)
  const steered = {
    command: (command: SimulatorCommand) => director.command(command, world),
    state: () => director.state(),
  }
  const lines = await openLines({ pilot, profiles, world, director, clock, serial, runFolder })
  const door = await openDoor(steered).catch(async (error: unknown) => {
    await lines.close()
    throw error
  })
  const sites = pilot.sites.map((site) => site.id)
  const complaints = complaintsOf(seed, director.timeline, table, sites)
  const calls = options.onComplaint && callers(clock, complaints.between, options.onComplaint)
  return {
    city: cityOfPilot(pilot, profiles),
    plan: lines.plan,
    control: `http://127.0.0.1:${door.port}`,
    world,
    ...steered,
    async close() {
      calls?.cancel()
      await Promise.all([lines.close(), door.close()])
    },
  }
}

/** How often complaints are looked for, ms. */
const callEveryMs = 1000

/** Hands complaints on as they happen; a jump of the clock backwards or by more than a minute is not made up for. */
function callers(
  clock: Clock,
  between: (from: number, to: number) => Complaint[],
  onComplaint: (complaint: Complaint) => void,
): Pick<Timer, 'cancel'> {
  let last = clock.now()
  let timer: Timer
  const look = (): void => {
    const now = clock.now()
    for (const complaint of between(Math.max(last, now - 60_000), now)) onComplaint(complaint)
    last = now
    timer = clock.after(callEveryMs, look)
  }
  timer = clock.after(callEveryMs, look)
  return { cancel: () => timer.cancel() }
}
