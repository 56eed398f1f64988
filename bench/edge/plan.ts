// Bus time of the plans: against the exhaustive optimum on random maps, and against the best fixed gap on every shipped Modbus profile.
//   setup/with-node bench/edge/plan.ts [MAPS]

import type { ModbusTable } from '@civitals/firmware-bridge/modbus/line'
import { isBitTable, type ReadCost, readMs } from '@civitals/firmware-bridge/planning/cost'
import { planReads, type ReadPlan } from '@civitals/firmware-bridge/planning/plan-reads'
import type { ModbusPoint } from '@civitals/firmware-bridge/profile'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import {
  exhaustiveMs,
  fixedGapMs,
  type LinePrice,
  type Range,
  randomMap,
  seeded,
} from '../../firmware-bridge/testing/exhaustive-plan.ts'
import { printFigures } from '../run.ts'

const maps = Number(process.argv[2] ?? 1000)
const widestGap = 125
const turnaroundMs = 10

const serial = (baud: number, turnaround: number): ReadCost => ({
  characterMs: 10_000 / baud,
  gapMs: baud > 19200 ? 1.75 : 38_500 / baud,
  turnaroundMs: turnaround,
})
const priceOf = (cost: ReadCost, table: ModbusTable): LinePrice => ({
  ms: (places) => readMs(cost, table, places),
  most: isBitTable(table) ? 2000 : 125,
  forbidden: [],
})
const busMs = (plans: readonly ReadPlan[], cost: ReadCost): number =>
  plans.reduce((sum, plan) => sum + readMs(cost, plan.function, plan.count), 0)

/** A wanted range as a point of the right width. */
function pointOf({ from, to }: Range, place: number): ModbusPoint {
  const type = to - from === 1 ? 'u16' : to - from === 2 ? 'u32' : 'u64'
  const read = { function: 'holding', address: from, type } as const
  return {
    ...{ id: `p${place}`, name: { zh: '', en: '' }, unit: 'none', class: 'normal', resolution: 1, range: [0, 1] },
    read,
  } as ModbusPoint
}

const chance = seeded(20260101)
let worse = 0
let worst = 1
for (let map = 0; map < maps; map++) {
  const ranges = randomMap(chance, 14)
  const baud = [1200, 2400, 9600, 19200, 38400, 115200][map % 6] ?? 9600
  const cost = serial(baud, [0, 5, 10, 20, 50][map % 5] ?? 0)
  const planned = busMs(planReads(ranges.map(pointOf), cost), cost)
  const ratio = planned / exhaustiveMs(ranges, priceOf(cost, 'holding'))
  if (Math.abs(ratio - 1) > 1e-9) worse++
  worst = Math.max(worst, ratio)
}

const profiles = [...(await shippedProfiles()).values()].filter((profile) => profile.protocol === 'modbus')
const lines = [9600, 19200, 115200]
let beaten = 0
const shares: number[] = []
for (const profile of profiles) {
  for (const baud of lines) {
    const cost = serial(baud, turnaroundMs)
    const points = profile.points.filter(({ read }) => 'function' in read)
    const planned = busMs(planReads(points, cost), cost)
    const best = Math.min(...Array.from({ length: widestGap + 1 }, (_, gap) => fixedMs(points, gap, cost)))
    if (planned > best + 1e-9) beaten++
    shares.push(planned / fixedMs(points, 50, cost))
  }
}

/** The same gap for every table. */
function fixedMs(points: readonly ModbusPoint[], gap: number, cost: ReadCost): number {
  const tables = Map.groupBy(points, ({ read }) => read.function)
  return [...tables].reduce((sum, [table, wanted]) => {
    const ranges = planReads(wanted, cost, { oneRequestPerPoint: true }).map(({ address, count }) => ({
      from: address,
      to: address + count,
    }))
    return sum + fixedGapMs(ranges, gap, priceOf(cost, table))
  }, 0)
}

printFigures('Poll planner', [
  {
    what: `plans of ${maps} random maps that cost more than the exhaustive optimum`,
    measured: worse,
    unit: '',
    atMost: 0,
  },
  { what: 'worst ratio to the optimum', measured: worst, unit: '', atMost: 1 + 1e-9 },
  {
    what: `plans of ${profiles.length} profiles x ${lines.length} baud rates that some fixed gap 0..${widestGap} beats`,
    measured: beaten,
    unit: '',
    atMost: 0,
  },
  {
    what: 'bus time beside a fixed gap of 50, best case over these',
    measured: Math.min(...shares) * 100,
    unit: '%',
  },
])
