import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { World } from '../world/world.ts'
import type { FaultCommand, ScenarioCommand, SetCommand, SimulatorCommand } from './command.ts'
import { Disturbances, type Fault, type FaultLabel } from './faults.ts'
import { type StormNow, Timeline } from './timeline.ts'

/** What is going on beside ordinary life. */
export interface SimulatorState {
  readonly at: number
  readonly storm: {
    readonly startedAt: number
    readonly speed: number
    readonly minute: number
    readonly now: StormNow
  } | null
  readonly faults: readonly Fault[]
  /** Every fault since the start, the last 1000, with its times. */
  readonly labels: readonly FaultLabel[]
  readonly pins: readonly { readonly series: string; readonly value: number }[]
}

/** Default speed of a storm: 15 cm under the bridge after about forty seconds. */
const usualSpeed = 60

/** Takes commands and keeps what follows from them: storms, faults, held values. */
export class Director {
  readonly timeline = new Timeline()
  readonly disturbances = new Disturbances()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws CIV_SIMULATOR_COMMAND for a terminal or point the city does not have. */
  command(command: SimulatorCommand, world: World): void {
    if ('scenario' in command) this.#scenario(command)
    else if ('fault' in command) this.#fault(command, world)
    else this.#set(command, world)
  }

  state(): SimulatorState {
    const at = this.#clock.now()
    const run = this.timeline.running(at)
    const minute = this.timeline.minute(at) ?? 0
    return {
      at,
      storm: run ? { startedAt: run.startAt, speed: run.speed, minute, now: this.timeline.at(at) } : null,
      faults: this.disturbances.active(at),
      labels: this.disturbances.labels(at),
      pins: this.disturbances.pins,
    }
  }

  #scenario({ scenario, speed = usualSpeed }: ScenarioCommand): void {
    if (scenario === 'storm') this.timeline.start(this.#clock.now(), speed)
    else this.timeline.stop(this.#clock.now())
  }

  #fault({ terminal, fault: kind, active = true, delayMs, point, forMs }: FaultCommand, world: World): void {
    assertExists(world, terminal, point)
    if (!active) {
      this.disturbances.clear(terminal, this.#clock.now(), kind)
      return
    }
    const at = this.#clock.now()
    const fault: Fault = {
      terminal,
      kind,
      ...(delayMs !== undefined && { delayMs }),
      ...(point !== undefined && { point }),
      ...(forMs !== undefined && { until: at + forMs }),
    }
    this.disturbances.set(fault, at)
  }

  #set({ terminal, point, value }: SetCommand, world: World): void {
    assertExists(world, terminal, point)
    this.disturbances.pin(terminal, point, value ?? undefined)
  }
}

function assertExists(world: World, terminal: string, point?: string): void {
  const sample = world.sample(terminal, 0)
  if (!sample) throw new CivitalsError('CIV_SIMULATOR_COMMAND', `no terminal ${terminal}`, { context: { terminal } })
  if (point === undefined || point in sample.values) return
  const points = Object.keys(sample.values).join(', ')
  throw new CivitalsError('CIV_SIMULATOR_COMMAND', `${terminal} has no point ${point}; it has ${points}`, {
    context: { terminal, point },
  })
}
