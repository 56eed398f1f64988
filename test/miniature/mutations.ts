// Faults put into the real code, one line each. A suite that passes with one of them proves nothing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../stage/process.ts'

export interface Mutation {
  readonly name: string
  /** A seed that found it, tried before all others. */
  readonly seed: number
  readonly file: string
  /** Must stand in the file exactly once: a mutation whose target is gone fails loudly. */
  readonly find: string
  readonly put: string
}

const settler = 'ingest/settle/settler.ts'
const written = `    await this.#storeState({ ...made, rejects, configurations })
    books.committed(accounts, rejects, made.aside.length, clockFixes)\n`

export const mutations: readonly Mutation[] = [
  {
    name: 'acknowledge before (b)',
    seed: 13,
    file: settler,
    find: written,
    put: `    const held = accounts.changed()
    const told = { changed: () => held, committed: () => undefined } as never
    books.accounts.commit(told)
    acknowledger.settled(gateways)
    await this.#storeState({ ...made, accounts: told, rejects, configurations })
    books.committed(told, rejects, made.aside.length, clockFixes)\n`,
  },
  {
    name: 'synchronous=OFF',
    seed: 16,
    file: 'storage/state/sqlite/durability.ts',
    find: 'PRAGMA synchronous = FULL',
    put: 'PRAGMA synchronous = OFF',
  },
  {
    name: 'skip the ledger',
    seed: 6,
    file: 'ingest/settle/gather.ts',
    find: 'if (!this.accounts.isSettled(gateway, spool, seq)) return false',
    put: 'if (this.accounts) return false',
  },
  {
    name: 'evaluate before (a)',
    seed: 1,
    file: settler,
    find: '    const refused = await writing\n',
    put: `    await this.#persistence.until('state', () => this.#options.state.transaction(async (tx) => {
      for (const effect of effects) await effect.write(tx)
    }))
    const refused = await writing\n`,
  },
  {
    name: 'a settlement is evaluated before the one before it holds',
    seed: 18,
    file: settler,
    find: `    await before
    const effects = effectsOf(steps, settlement.batch, (step, error) => health.stepFailed(step, error))\n`,
    put: `    const effects = effectsOf(steps, settlement.batch, (step, error) => health.stepFailed(step, error))
    await before\n`,
  },
  {
    name: '(b) of a settlement does not wait for the one before it',
    seed: 7,
    file: settler,
    find: '    await before\n',
    put: '',
  },
  {
    name: 'seqs of the settlements in hand are not known',
    seed: 6,
    file: 'ingest/ledger/accounts.ts',
    find: '      if (inIntervals(draft.#added(gateway, spool), seq)) return true',
    put: '      if (draft === this && inIntervals(draft.#added(gateway, spool), seq)) return true',
  },
  {
    name: 'believe a checksum that does not hold',
    seed: 8,
    file: 'contracts/seal.ts',
    find: 'return exact && sumAt(',
    put: 'return exact || sumAt(',
  },
  {
    name: 'settle what came damaged',
    seed: 8,
    file: 'ingest/admission/wholeness.ts',
    find: 'if (decoded.ok || this.#oftenEnough(known, payload, seal)) return undefined',
    put: 'if (decoded.ok || payload) return undefined',
  },
  {
    name: 'a committed envelope is not flushed',
    seed: 1,
    file: 'gateway/spool/book.ts',
    find: 'const committed = this.#change(true, (state) => {\n      const rows',
    put: 'const committed = this.#change(false, (state) => {\n      const rows',
  },
  {
    name: 'trim when sent',
    seed: 3,
    file: 'gateway/uplink/session.ts',
    find: '    this.#options.connection.send(lane, row.payload)\n',
    put: `    this.#options.connection.send(lane, row.payload)
    this.#options.spool.acknowledge({ upTo: 0, above: [[row.seq, row.seq]] }).catch(() => undefined)\n`,
  },
  {
    name: 'acknowledge the whole window',
    seed: 3,
    file: 'contracts/acknowledgement.ts',
    find: 'upTo: contiguous ? first[1] : 0',
    put: 'upTo: settled.at(-1)?.[1] ?? 0',
  },
  {
    name: 'drop without a gap record',
    seed: 3,
    file: 'gateway/spool/room.ts',
    find: 'gaps: mergeGaps(state.gaps, [...carriedGaps, ...rows.map((row) => gapOf(state, row))]),',
    put: 'gaps: state.gaps,',
  },
  {
    name: 'thin what may have been sent',
    seed: 629,
    file: 'gateway/spool/book.ts',
    find: 'this.#unsentFrom = stands ? Number.POSITIVE_INFINITY : this.#state.newestSeq + 1',
    put: 'this.#unsentFrom = stands ? 1 : 1',
  },
  {
    name: 'what is too old to be kept is dropped without a word',
    seed: 100,
    file: settler,
    find: 'gaps: [...settlement.gaps, ...gaps],',
    put: 'gaps: settlement.gaps,',
  },
  {
    name: 'a step is evaluated and not written',
    seed: 1,
    file: 'ingest/settle/state-change.ts',
    find: 'for (const effect of effects) await effect.write(tx)',
    put: 'if (effects.length > 1) await effects[0]?.write(tx)',
  },
  {
    name: 'a commit nobody heard of is judged again',
    seed: 57,
    file: 'alarms/alarms.ts',
    find: 'if (await isWritten(tx, written.at(-1))) return',
    put: '',
  },
  {
    name: 'a late reading takes the newest one’s place',
    seed: 6,
    file: 'ingest/latest/latest.ts',
    find: 'if (known && known.reading.at > reading.at) continue',
    put: '',
  },
  {
    name: 'what the store refuses is released all the same',
    seed: 3,
    file: 'ingest/settle/aside-keeper.ts',
    find: 'keepRefused(released, refused, page, draft)',
    put: 'keepRefused(released, [], page, draft)',
  },
  {
    name: 'what was set aside is released and judged by nobody',
    seed: 4,
    file: 'ingest/settle/aside-keeper.ts',
    find: 'effectsOf(steps, byEventTime(batch)',
    put: 'effectsOf(steps.slice(2), byEventTime(batch)',
  },
  {
    name: 'what is released stands beside what a settlement that never held had written',
    seed: 4273,
    file: 'ingest/settle/release.ts',
    find: '  replaces: true,\n',
    put: '',
  },
  {
    name: 'an envelope asked for again stands beside what was released of it',
    seed: 7,
    file: 'ingest/settle/gather.ts',
    find: ', replaces: true })',
    put: ' })',
  },
  {
    name: 'a successor takes over rows nobody was told of',
    seed: 39,
    file: 'gateway/spool/succession.ts',
    find: '    if (row.seq > this.#newest) return undefined\n',
    put: '',
  },
  {
    name: 'gap records are gone with the row that carried them',
    seed: 51,
    file: 'gateway/spool/succession.ts',
    find: 'const recordsGone = !state ||',
    put: 'const recordsGone = false &&',
  },
  {
    name: 'numbers are taken to be in the registered unit',
    seed: 4,
    file: 'ingest/admission/judge.ts',
    find: 'const value = units ? inUnit',
    put: 'const value = units && units.size < 0 ? inUnit',
  },
  {
    name: 'what comes before its configuration is judged by the registry',
    seed: 76,
    file: 'ingest/configurations/configuration-book.ts',
    find: "return kept ? (kept.units.get(terminal) ?? nothing) : 'unknown'",
    put: 'return kept?.units.get(terminal)',
  },
  {
    name: 'what waits for its configuration waits on when it has come',
    seed: 5,
    file: settler,
    find: 'if (clockFixes.length + configurations.added.length > 0) this.reviewAside()',
    put: 'if (clockFixes.length > 0) this.reviewAside()',
  },
]

/** The mutated text of a file. Throws when the target does not stand there exactly once. */
export function mutate({ name, file, find, put }: Omit<Mutation, 'seed'>, text: string): string {
  const parts = text.split(find)
  if (parts.length !== 2) throw new Error(`mutation "${name}": its target stands ${parts.length - 1} times in ${file}`)
  return parts.join(put)
}

export const sourceOf = ({ file }: Mutation): string => readFileSync(join(root, file), 'utf8')
