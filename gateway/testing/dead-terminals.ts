import { FakeClock } from '@civitals/contracts/clock'
import { ModbusReader } from '@civitals/firmware-bridge/modbus/reader'
import type { ModbusPoint } from '@civitals/firmware-bridge/profile'
import { LineRunner } from '../scheduling/line-runner.ts'
import type { LineTerminal } from '../scheduling/terminal-state.ts'
import { SerialModel } from './serial-model.ts'

export interface DeadRun {
  /** Terminals that answer, and terminals that do not. */
  readonly live: number
  readonly dead: number
  readonly baud: number
  /** Virtual minutes measured, after a quarter of one in which the breakers open. */
  readonly minutes: number
}

export interface DeadResult {
  /** Mean time between two reads of a live terminal on a line that never rests. */
  readonly cycleMs: number
  /** The longest of them: one cycle with a probe in it. */
  readonly longestCycleMs: number
  /** Of each dead terminal, once all answer again: when it was noticed, and how long it had gone unasked before that. */
  readonly recoveries: readonly { readonly tookMs: number; readonly intervalMs: number }[]
}

const registers = 10
const settleMs = 15_000
const recoverMs = 240_000

const points: readonly ModbusPoint[] = Array.from({ length: registers }, (_, address) => ({
  id: `p${address}`,
  name: { zh: '点', en: 'point' },
  unit: 'none',
  class: 'alarm',
  resolution: 1,
  range: [0, 65_535],
  read: { function: 'holding', address, type: 'u16' },
}))

/** Terminals of ten registers that answer after 10 ms, polled as fast as the line allows, some of them dead, in virtual time. */
export async function runWithDead({ live, dead, baud, minutes }: DeadRun): Promise<DeadResult> {
  const clock = new FakeClock()
  const line = new SerialModel({ clock, baud, turnaroundMs: 10 })
  const terminals = Array.from({ length: live + dead }, (_, index): LineTerminal => {
    const unit = index + 1
    return { id: `t${unit}`, unit, points, reader: new ModbusReader({ line, unit, points, clock }) }
  })
  for (let unit = live + 1; unit <= live + dead; unit++) line.dead.add(unit)
  const periods = { alarm: 100, normal: 100, bulk: 100 }
  const runner = new LineRunner({ terminals, periods, clock, onReading: () => {} })
  const stop = new AbortController()
  const running = runner.run(stop.signal)
  await clock.advance(settleMs + minutes * 60_000)
  const backAt = clock.mono()
  line.dead.clear()
  await clock.advance(recoverMs)
  stop.abort()
  await clock.advance(2000)
  await running
  const cycles = gapsOf(line, live, backAt)
  const cycleMs = cycles.reduce((sum, gap) => sum + gap, 0) / cycles.length
  const units = Array.from({ length: dead }, (_, index) => live + 1 + index)
  const recoveries = units.map((unit) => recoveryOf(line, unit, backAt))
  return { cycleMs, longestCycleMs: cycles.reduce((most, gap) => Math.max(most, gap), 0), recoveries }
}

/** Times between two reads of each live terminal in the measured span. */
function gapsOf({ spent }: SerialModel, live: number, until: number): number[] {
  const gaps: number[] = []
  const before = new Map<number, number>()
  for (const { unit, to, ok } of spent) {
    if (!ok || unit > live || to < settleMs || to > until) continue
    const last = before.get(unit)
    if (last !== undefined) gaps.push(to - last)
    before.set(unit, to)
  }
  return gaps
}

function recoveryOf({ spent }: SerialModel, unit: number, backAt: number) {
  const own = spent.filter((one) => one.unit === unit)
  const first = own.findIndex(({ ok }) => ok)
  const noticedAt = own[first]?.to ?? Number.POSITIVE_INFINITY
  return { tookMs: noticedAt - backAt, intervalMs: noticedAt - (own[first - 1]?.to ?? 0) }
}
