// A faulty line between gateway and centre, against the ground truth.

import { setTimeout as pause } from 'node:timers/promises'
import type { Reject } from '@civitals/contracts/ledger'
import { getJson } from '../../stage/process.ts'
import { seeded } from '../../stage/seeded.ts'
import type { FaultProxy } from '../proxy.ts'
import { type Scenario, scaled } from '../scenario.ts'
import { against } from '../truth/against.ts'
import { killRounds } from './truth-kills.ts'

export const acknowledgementsLost: Scenario = against({
  name: 'acknowledgements lost one way',
  target: 'whatever the centre says is lost for 45 s at a time, 4 times: envelopes come again, 0 lost, 0 twice',
  minutes: 4,
  lastsMs: (scale) => scaled(4, scale) * 50_000,
  async act({ trial: { proxy }, workshop: { scale } }) {
    const times = scaled(4, scale)
    for (let time = 0; time < times; time++) {
      await pause(3_000)
      proxy.set({ down: { drop: true } })
      await pause(45_000)
      proxy.set({})
      proxy.reset()
    }
    return { times, 'bytes that did not come down': proxy.carried.down.dropped, connections: proxy.carried.connections }
  },
  also: ({ duplicates }) => (duplicates > 0 ? undefined : 'nothing came again: acknowledgements were not lost'),
})

/** Of every share some while: a line on which some messages come through whole, and one on which none does. */
const shares = [0.0002, 0.002, 0.05]

export const corruptBytes: Scenario = against({
  name: '5 % corrupt bytes',
  target: 'bytes turned both ways, 0.02 %, 0.2 % and 5 %, 40 s each: what came damaged is not taken, 0 lost, 0 twice',
  minutes: 3,
  lastsMs: (scale) => shares.length * scaled(40_000, scale, 10_000),
  async act({ trial: { proxy, api }, workshop: { scale } }) {
    for (const corrupt of shares) {
      proxy.set({ up: { corrupt }, down: { corrupt } })
      await pause(scaled(40_000, scale, 10_000))
    }
    proxy.set({})
    proxy.reset()
    const { items } = await getJson<{ items: Reject[] }>(`${api}/ingest/rejects?limit=1000`)
    const refused = [...Map.groupBy(items, ({ reason }) => reason)].map(([reason, all]) => [
      `of the last ${items.length} refusals: ${reason}`,
      all.length,
    ])
    const { up, down } = proxy.carried
    return {
      'bytes turned': up.corrupted + down.corrupted,
      connections: proxy.carried.connections,
      ...Object.fromEntries(refused),
    }
  },
})

/** Partitions, lost and held bytes, resets, each for some seconds. */
async function badWeather(proxy: FaultProxy, seed: number, count: number): Promise<void> {
  const random = seeded(seed)
  const kinds: readonly (() => void)[] = [
    () => proxy.set({ up: { drop: true }, down: { drop: true } }),
    () => proxy.set({ down: { drop: true } }),
    () => proxy.set({ up: { hold: true } }),
    () => proxy.set({ up: { delayMs: 400, bytesPerSecond: 200_000 }, down: { delayMs: 400 } }),
    () => proxy.set({ up: { corrupt: 0.002 }, down: { corrupt: 0.002 } }),
    () => proxy.refuse(true),
  ]
  for (let turn = 0; turn < count; turn++) {
    kinds[turn % kinds.length]?.()
    await pause(1000 + random() * 4000)
    proxy.refuse(false)
    proxy.set({})
    proxy.reset()
    await pause(1000 + random() * 3000)
  }
}

export const qosZero: Scenario = against({
  name: 'everything with QoS 0',
  target:
    'kills, partitions, lost acknowledgements, resets and corrupt bytes with QoS 0 telemetry: 0 lost, 0 twice, one order an onset',
  minutes: 10,
  options: () => ({ qos: 0, compress: true }),
  lastsMs: (scale) => scaled(60, scale, 6) * 9_000,
  async act(acting) {
    const { trial, workshop } = acting
    const turns = scaled(60, workshop.scale, 6)
    let kills = 0
    for (let turn = 0; turn < turns; turn += 6) {
      await badWeather(trial.proxy, workshop.seed + turn, 6)
      kills += await killRounds(acting, 3)
    }
    return { turns, kills, connections: trial.proxy.carried.connections }
  },
})
