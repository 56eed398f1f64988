import type { EpochMs } from '@civitals/contracts/clock'
import type { Terminal } from '@civitals/contracts/registry'
import { demoCity } from '@civitals/simulator/city'
import { evaluateScope } from '../body/evaluate.ts'
import { scopeOf } from '../body/scope.ts'
import { shippedDefinitions } from '../io/shipped.ts'
import { Memory } from '../scoring/memory.ts'
import { Counts } from '../windows/counts.ts'
import { localTimeOf } from '../windows/local-time.ts'
import { planWindows } from '../windows/plan.ts'
import { Windows } from '../windows/windows.ts'
import { registryOf } from './pilot.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const city = await demoCity()
const definitions = await shippedDefinitions()
const registry = registryOf(city)
const inForce = definitions.flatMap((document) => document.inForce)
const plan = planWindows(inForce)

/** Series the definitions read, of the pilot's terminals. */
export const steadySeries: readonly { readonly terminal: Terminal; readonly point: string }[] = city.terminals.flatMap(
  (terminal) =>
    terminal.points.filter(({ id }) => plan.get(terminal.kind)?.has(id)).map(({ id: point }) => ({ terminal, point })),
)

/** What is full, free, due or closed, so that a chosen share gives every value between well and ill. */
const spans: Readonly<Record<string, readonly [number, number]>> = {
  lamps_due: [60, 60],
  lamps_lit: [60, 30],
  free_speed: [60, 60],
  speed: [60, 5],
  flow: [600, 1400],
  bays: [300, 300],
  occupied: [100, 300],
  fill: [0, 100],
  fault: [0, 0],
  open: [0, 1],
  temperature: [20, 45],
  humidity: [40, 90],
  laeq: [35, 75],
}

/** A constant value of a series between its best (0) and its worst (1). */
export function steadyValue(terminal: Terminal, point: string, share: number): number {
  const anchors = inForce.find(({ inputs = [] }) =>
    inputs.some((input) => input.kind === terminal.kind && input.points[0] === point),
  )?.anchors
  const [best, worst] = spans[point] ?? [anchors?.[0] ?? 0, anchors?.[5] ?? 100]
  const value = best + (worst - best) * share
  return point === 'open' ? Math.round(value) : value
}

/** One observer of the pilot: what it is fed it judges with the whole catalogue. */
export class Observer {
  readonly #local = localTimeOf(city.timeZone)
  readonly #windows = new Windows(plan, registry, this.#local)
  readonly #scope = scopeOf(city.id, city.terminals, definitions, this.#windows, true)
  readonly #memory = new Memory()
  readonly #counts = new Counts()

  feed(terminal: string, point: string, at: EpochMs, value: number): void {
    this.#windows.add({ terminal, point, at, value, quality: 'good' })
  }

  /** Eight weeks of the same value, hour by hour, where a baseline is kept. */
  usual(terminal: string, point: string, now: EpochMs, value: number): void {
    const week = this.#windows.of(terminal)?.series.get(point)?.week
    for (let hour = 1; hour <= 8 * 168; hour++) week?.add(now - hour * hourMs, value * (1 + (hour % 7) / 50), 1)
  }

  judge(now: EpochMs) {
    const grounds = { windows: this.#windows, counts: this.#counts, local: this.#local }
    return evaluateScope(this.#scope, now, grounds, this.#memory)
  }
}
