// What goes wrong in a miniature, when and for how long; and the end of it all.
import type { Interval, Intervals } from '@civitals/contracts/intervals'
import type { Edge } from './edge.ts'
import { count, type World } from './world.ts'

type Fault = (world: World) => void

const someEdge = ({ edges, schedule }: World): Edge => schedule.random.pick(edges)

/** A while in the measure of this world: mostly some samples long, at times most of its life. */
function aWhile({ schedule: { random }, everyMs, lastsMs }: World): number {
  return random.chance(0.2) ? random.between(0, lastsMs) : random.between(0.1, 8) * everyMs
}

function restart(world: World, edge: Edge): void {
  const { schedule } = world
  const clockLost = schedule.random.chance(0.2)
  schedule.at(schedule.random.between(50, 20_000), `${edge.id} starts`, () => {
    if (!edge.up) edge.start(clockLost)
  })
}

function killEdge(world: World, power: boolean, edge = someEdge(world)): void {
  if (!edge.up) return
  edge.kill(power)
  restart(world, edge)
}

function killCentre(world: World, power: boolean): void {
  const { centre, schedule, truth, journal } = world
  if (!centre.up) return
  centre.kill(power)
  truth.centreDied()
  journal.crashed(world)
  schedule.at(schedule.random.between(50, 20_000), 'centre starts', () => {
    if (!centre.up) centre.start()
  })
}

function weather(world: World, change: (of: ReturnType<World['network']['weather']>, on: boolean) => void): void {
  const { network, schedule } = world
  const { id } = someEdge(world)
  change(network.weather(id), true)
  schedule.at(aWhile(world), `${id} weather clears`, () => {
    change(network.weather(id), false)
    network.changed(id)
  })
}

function during(world: World, what: string, begin: () => void, end: () => void): void {
  begin()
  world.schedule.at(aWhile(world), `${what} is over`, end)
}

const faults: Readonly<Record<string, Fault>> = {
  'gateway killed': (world) => killEdge(world, false),
  'gateway lost power': (world) => killEdge(world, true),
  'centre killed': (world) => killCentre(world, false),
  'centre lost power': (world) => killCentre(world, true),
  'all killed': (world) => {
    const power = world.schedule.random.chance(0.5)
    for (const edge of world.edges) killEdge(world, power, edge)
    killCentre(world, power)
  },
  'series store died': (world) => {
    world.series.crash(world.schedule.random)
    faults['series store out of reach']?.(world)
  },
  'series store out of reach': (world) => {
    const { series } = world
    during(
      world,
      'series outage',
      () => {
        series.down = true
      },
      () => {
        series.down = false
      },
    )
  },
  'state store out of reach': (world) => {
    const { faults: state } = world.centre
    during(
      world,
      'state outage',
      () => {
        state.down = true
      },
      () => {
        state.down = false
      },
    )
  },
  'commits unheard': (world) => {
    const { faults: state } = world.centre
    during(
      world,
      'unheard commits',
      () => {
        state.unheardCommits = 0.3
      },
      () => {
        state.unheardCommits = 0
      },
    )
  },
  'connection reset': (world) => world.network.cut(someEdge(world).id),
  partition: (world) =>
    weather(world, (of, on) => {
      of.partitioned = on
    }),
  // Known to be gone, and until the end: what is committed now was never sent.
  'link gone': ({ network, ...world }) => {
    const { id } = someEdge({ network, ...world })
    network.cut(id)
    network.weather(id).partitioned = true
  },
  'acknowledgements lost': (world) =>
    weather(world, (of, on) => {
      of.deaf = on ? 'down' : 'none'
    }),
  'envelopes lost': (world) =>
    weather(world, (of, on) => {
      of.deaf = on ? 'up' : 'none'
    }),
  'bytes corrupted': (world) =>
    weather(world, (of, on) => {
      // Few enough that some messages come through whole, or so many that none does.
      of.corrupt = on ? world.schedule.random.pick([0.0005, 0.002, 0.05]) : 0
    }),
  'slow link': (world) =>
    weather(world, (of, on) => {
      of.delayMs = on ? 4_000 : 20
    }),
  'clock stepped': (world) => {
    const hour = 3_600_000
    const edge = someEdge(world)
    // Set wrong for the first time, a clock gives a fix that is wrong: what it claims is not what is looked at here.
    if (!edge.unsynced) edge.setClock(world.schedule.random.pick([hour, -hour, 0]))
  },
  'clock set right': (world) => someEdge(world).setClock(0),
  'disk full': (world) => {
    const { disk, id } = someEdge(world)
    during(
      world,
      `${id} full disk`,
      () => {
        disk.full = true
      },
      () => {
        disk.full = false
      },
    )
  },
  'configuration reloaded': (world) => someEdge(world).reload(),
  'terminal registered': (world) => {
    const { strangers, centre } = world
    const stranger = strangers.at(-1)
    if (!stranger || !centre.ingest) return
    strangers.pop()
    centre.register(stranger)
  },
}

/** Those by which nobody can tell what was sent and what arrived. */
const linkFaults = ['acknowledgements lost', 'link gone', 'partition', 'connection reset', 'slow link']

/** What makes a spool give way to a successor. */
const damages: Readonly<Record<string, Fault>> = {
  'flush failed': (world) => someEdge(world).disk.failNextFlush(world.schedule.random.chance(0.5)),
  'rows garbled': (world) => someEdge(world).disk.garble(world.schedule.random),
}

/** What of its newest spools a centre asks for once more. */
const resends: Readonly<Record<string, Fault>> = {
  'resend asked for': ({ centre, state, schedule: { random } }) => {
    const known = state.run('SELECT gateway, spool, settled FROM ledger_spool', []).rows
    if (!centre.ingest || known.length === 0) return
    const [gateway, spool, settled] = random.pick(known)
    const newest = (JSON.parse(String(settled)) as Intervals).at(-1)?.[1] ?? 0
    if (newest === 0) return
    const from = 1 + random.below(newest)
    const ranges: Interval[] = [[from, Math.min(newest, from + random.below(6))]]
    // Refused while a store is away; whoever asks tries again.
    const asked = { gateway: String(gateway), spool: String(spool), ranges, by: 'li', why: 'to be sure' }
    centre.ingest.resend(asked).catch(() => undefined)
  },
}

const most = 10

/** Draws what will happen, and when. */
export function planFaults(world: World): void {
  const { random } = world.schedule
  // Each world knows only some of them, so that rare ones meet often.
  const kinds = world.crowded ? linkFaults : Object.keys(faults).filter(() => random.chance(0.4))
  draw(world, faults, kinds, kinds.length === 0 ? 0 : random.below(most + 1))
  if (world.asksAgain) draw(world, resends, Object.keys(resends), 1 + random.below(4))
  if (world.disksFail) draw(world, damages, Object.keys(damages), 1 + random.below(3))
}

function draw(world: World, of: Readonly<Record<string, Fault>>, kinds: readonly string[], number: number): void {
  const { schedule, lastsMs } = world
  const { random } = schedule
  for (let drawn = 0; drawn < number; drawn++) {
    const kind = random.pick(kinds)
    schedule.at(random.between(0, lastsMs), `fault: ${kind}`, () => {
      count(world, kind)
      of[kind]?.(world)
    })
  }
}

/** Everything works again, for good. */
export function clearFaults(world: World): void {
  const { centre, edges, network, series, strangers, schedule } = world
  centre.faults.down = false
  centre.faults.unheardCommits = 0
  series.down = false
  for (const edge of edges) {
    edge.disk.full = false
    Object.assign(network.weather(edge.id), { partitioned: false, deaf: 'none', delayMs: 20, corrupt: 0 })
    network.changed(edge.id)
    edge.setClock(0)
    if (!edge.up) edge.start(false)
  }
  if (!centre.up) centre.start()
  if (strangers.length > 0 && schedule.random.chance(0.5)) {
    schedule.at(10_000, 'registered at last', () => {
      for (const stranger of strangers) centre.register(stranger)
    })
  }
}
