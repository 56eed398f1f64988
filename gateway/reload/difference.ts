import { isDeepStrictEqual } from 'node:util'
import type { Prepared } from '../config/io/prepare.ts'
import type { LineConfig, TerminalConfig } from '../config/schema.ts'

/** What a new configuration means for one of its lines. */
export type LineChange =
  | { readonly kind: 'begun' }
  | { readonly kind: 'kept' }
  /** Its transport is another: it is closed and opened anew. */
  | { readonly kind: 'restarted' }
  /** The wire stays open. `changed`: terminals that are new or not what they were; `removed`: those that are gone. */
  | { readonly kind: 'terminals'; readonly changed: ReadonlySet<string>; readonly removed: ReadonlySet<string> }

/** What a new configuration changes. */
export interface Difference {
  /** Every line of the new configuration, by id. */
  readonly lines: ReadonlyMap<string, LineChange>
  /** Lines that are no more. */
  readonly ended: readonly string[]
  /** Keys that take effect at the next start only: what they say of spool and uplink is left as it runs. */
  readonly restartNeeded: readonly string[]
}

type Keys = readonly (readonly [key: string, of: (prepared: Prepared) => unknown])[]

const startKeys: Keys = [
  ['gateway', ({ settings }) => settings.gateway],
  ['uplink.url', ({ settings }) => settings.url],
  ['uplink.passwordFile', ({ settings }) => settings.password],
  ['uplink.metered', ({ settings }) => settings.metered],
  ['uplink.qos', ({ settings }) => settings.qos],
  ['spool.folder', ({ settings }) => settings.spoolFolder],
  ['spool.budget', ({ settings }) => settings.budgetBytes],
]

/** Compares two checked configurations. Pure; the order of lines and terminals means nothing. */
export function differenceOf(before: Prepared, after: Prepared): Difference {
  const known = new Map(before.settings.lines.map((line) => [line.id, line]))
  const lines = new Map(
    after.settings.lines.map((line) => [line.id, lineChange(known.get(line.id), line, before, after)] as const),
  )
  return {
    lines,
    ended: [...known.keys()].filter((id) => !lines.has(id)),
    restartNeeded: startKeys.flatMap(([key, of]) => (isDeepStrictEqual(of(before), of(after)) ? [] : [key])),
  }
}

function lineChange(old: LineConfig | undefined, line: LineConfig, before: Prepared, after: Prepared): LineChange {
  if (!old) return { kind: 'begun' }
  const { terminals: oldTerminals, ...oldWire } = old
  const { terminals, ...wire } = line
  if (!isDeepStrictEqual(oldWire, wire)) return { kind: 'restarted' }
  const known = new Map(oldTerminals.map((terminal) => [terminal.id, described(terminal, before)]))
  const changed = terminals.filter((one) => !isDeepStrictEqual(known.get(one.id), described(one, after)))
  const kept = new Set(terminals.map(({ id }) => id))
  const removed = new Set([...known.keys()].filter((id) => !kept.has(id)))
  if (changed.length === 0 && removed.size === 0) return { kind: 'kept' }
  return { kind: 'terminals', changed: new Set(changed.map(({ id }) => id)), removed }
}

/** All that decides how a terminal is read and reported. */
const described = (terminal: TerminalConfig, { profiles, settings }: Prepared) => ({
  terminal,
  profile: profiles[terminal.profile],
  metered: settings.metered,
  report: settings.report,
})
