import type { AlarmSubject } from '@civitals/contracts/alarm'
import type { EpochMs } from '@civitals/contracts/clock'
import { lateOf, type Rule } from '../rules/rule.ts'
import type { Condition, MachineState } from './machine.ts'
import type { Seen } from './seen.ts'

/** A rule with its condition worked out. */
export interface CompiledRule {
  readonly rule: Rule
  readonly condition: Condition
}

/** `live` follows the newest values; `late` those that came after newer ones, under rules that report them. */
export type Lane = 'live' | 'late'

/** One rule on one subject. `state` is what is committed; `draft` counts only while `generation` is that of the plan. */
export interface Machine {
  readonly compiled: CompiledRule
  readonly watch: Watch
  readonly lane: Lane
  state: MachineState
  /** Grows with every stored change; tells whether memory still is what the store holds. */
  revision: number
  draft: MachineState
  draftRevision: number
  generation: number
}

/** Where a subject is, as its alarms say it. */
export interface Place {
  readonly area: string
  readonly site?: string
}

/** Everything that rules know of one subject. Draft fields count only while `generation` is that of the plan. */
export interface Watch {
  readonly subject: AlarmSubject
  readonly key: string
  readonly unit: string
  readonly place: Place
  /** Of whose terminal the readings are; absent where it judges none. */
  readonly gateway?: string
  readonly live: readonly Machine[]
  readonly late: readonly Machine[]
  /** Goes with the alarms it raises. */
  detail?: string
  /** Newest event time evaluated, and its value. */
  evaluatedAt: EpochMs
  value: number | null
  /** Newest event time the late lane has seen. */
  lateAt: EpochMs
  draftAt: EpochMs
  draftValue: number
  draftLateAt: EpochMs
  generation: number
}

/** What the store remembers of one machine. */
export interface StoredMachine {
  readonly state: MachineState
  readonly revision: number
  readonly evaluatedAt: EpochMs
}

/** Key of a machine in tables and maps. */
export const machineKey = (rule: string, subject: string, lane: Lane): string => `${rule} ${subject} ${lane}`

/** What a watch looks at. */
export type Watched = Pick<Watch, 'subject' | 'key' | 'unit' | 'place' | 'gateway'>

/** A watch with the machines of its rules, from what was remembered of them. */
export function createWatch(
  what: Watched,
  rules: readonly CompiledRule[],
  remembered: (key: string) => StoredMachine | undefined,
  resting: MachineState,
  { evaluatedAt, lateAt }: Seen,
): Watch {
  const live: Machine[] = []
  const late: Machine[] = []
  const fresh = { evaluatedAt, value: null, lateAt, draftAt: 0, draftValue: 0, draftLateAt: 0, generation: 0 }
  const watch: Watch = { ...what, live, late, ...fresh }
  for (const compiled of rules) {
    for (const lane of ['live', 'late'] as const) {
      if (lane === 'late' && lateOf(compiled.rule) !== 'report') continue
      const stored = remembered(machineKey(compiled.rule.id, what.key, lane))
      const state = stored?.state ?? resting
      const revision = stored?.revision ?? 0
      const machine = { compiled, watch, lane, state, revision, draft: state, draftRevision: revision, generation: 0 }
      if (lane === 'live') {
        live.push(machine)
        watch.evaluatedAt = Math.max(watch.evaluatedAt, stored?.evaluatedAt ?? 0)
      } else {
        late.push(machine)
        watch.lateAt = Math.max(watch.lateAt, stored?.evaluatedAt ?? 0)
      }
    }
  }
  return watch
}
