import { createHash } from 'node:crypto'
import type { DefinitionText, KeptChange, Proposal, ProposedChange } from '@civitals/contracts/definition-change'
import { documentText, type Problem, printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { StateStore } from '@civitals/storage/state'
import { type Catalogue, catalogueOf, effectiveOn, filesOf, lastDay } from './catalogue.ts'
import { type Change, changed, planChanges } from './change-plan.ts'
import type { SystemDocument } from './definition.ts'
import { shippedCatalogue } from './io/shipped.ts'
import { checkDefinitions, type KnownPoints, lintCatalogue } from './lint.ts'
import { type ChangeNote, readCatalogue, readChanges, writeChanges } from './store/definitions.ts'

/** Where definitions are read, planned, changed and exported. */
export interface DefinitionDesk {
  /** Every version there is. */
  readonly catalogue: Catalogue
  /** The indicator system on a local day (YYYY-MM-DD). */
  on(day: string): readonly SystemDocument[]
  propose(files: readonly DefinitionText[]): Proposal
  /** Applies what was proposed, in one transaction. Rejects with CIV_INDICATORS_DEFINITION_INVALID or CIV_INDICATORS_PLAN_STALE. */
  apply(files: readonly DefinitionText[], plan: string, note: Omit<ChangeNote, 'at'>): Promise<Proposal>
  /**
   * What stands in store with these files in place of their systems, on every day there ever was: for trying on history.
   * Throws CIV_INDICATORS_DEFINITION_INVALID.
   */
  tried(files: readonly DefinitionText[]): Catalogue
  export(): readonly DefinitionText[]
  changes(limit: number, before?: number): Promise<readonly KeptChange[]>
}

/** A day before all history. */
const firstDay = '1970-01-01'

export interface DeskOptions {
  readonly state: StateStore
  readonly now: () => number
  /** Local day of an instant. */
  readonly dayOf: (at: number) => string
  /** Points terminals have; without them inputs are not checked. */
  readonly points?: () => KnownPoints
  /** Called after a change was committed. */
  readonly onChange: () => Promise<void>
}

/** Opens the definitions in store; an empty store takes those that ship with Civitals. */
export async function openDesk(options: DeskOptions): Promise<DefinitionDesk> {
  const stored = await readCatalogue(options.state.db)
  if (stored.systems.length > 0) return new Desk(options, stored)
  const shipped = await shippedCatalogue(options.points?.())
  const { changes } = planChanges(stored, shipped, options.dayOf(options.now()))
  const note = { at: options.now(), by: 'civitals', why: 'shipped definitions, loaded at first start' }
  await options.state.transaction((tx) => writeChanges(tx, changes, note))
  return new Desk(options, shipped)
}

const proposedOf = ({ what, record, before, from }: Change): ProposedChange => ({
  what,
  key: record.key,
  version: record.version,
  from,
  before: before?.content ?? null,
  after: record.content,
})

class Desk implements DefinitionDesk {
  readonly #options: DeskOptions
  #catalogue: Catalogue

  constructor(options: DeskOptions, catalogue: Catalogue) {
    this.#options = options
    this.#catalogue = catalogue
  }

  get catalogue(): Catalogue {
    return this.#catalogue
  }

  on(day: string): readonly SystemDocument[] {
    return effectiveOn(this.#catalogue, day)
  }

  propose(files: readonly DefinitionText[]): Proposal {
    const { changes, ...proposal } = this.#plan(files)
    return { ...proposal, changes: changes.map(proposedOf) }
  }

  #plan(files: readonly DefinitionText[]): Omit<Proposal, 'changes'> & { readonly changes: readonly Change[] } {
    const { state: _, ...options } = this.#options
    const checked = files.map(({ name, text }) => checkDefinitions(text, name, options.points?.()))
    const broken: Problem[] = checked.flatMap((one) => (one.ok ? [] : one.problems))
    const wanted = catalogueOf(checked.flatMap((one) => (one.ok ? [one.value] : [])))
    const { changes, problems } = planChanges(this.#catalogue, wanted, options.dayOf(options.now()))
    const between = broken.length > 0 ? [] : lintCatalogue(changed(this.#catalogue, changes))
    const plan = createHash('sha256').update(JSON.stringify(changes)).digest('hex').slice(0, 16)
    return { plan, changes, problems: [...broken.map(printProblem), ...problems, ...between.map(printProblem)] }
  }

  async apply(files: readonly DefinitionText[], plan: string, note: Omit<ChangeNote, 'at'>): Promise<Proposal> {
    const proposal = this.#plan(files)
    if (proposal.problems.length > 0) {
      throw new CivitalsError('CIV_INDICATORS_DEFINITION_INVALID', proposal.problems.join('\n'))
    }
    if (proposal.plan !== plan) {
      throw new CivitalsError(
        'CIV_INDICATORS_PLAN_STALE',
        'the definitions or the files changed since they were planned',
      )
    }
    const at = this.#options.now()
    await this.#options.state.transaction((tx) => writeChanges(tx, proposal.changes, { ...note, at }))
    this.#catalogue = changed(this.#catalogue, proposal.changes)
    await this.#options.onChange()
    return { ...proposal, changes: proposal.changes.map(proposedOf) }
  }

  tried(files: readonly DefinitionText[]): Catalogue {
    const checked = files.map(({ name, text }) => checkDefinitions(text, name, this.#options.points?.()))
    const broken = checked.flatMap((one) => (one.ok ? [] : one.problems))
    const newest = effectiveOn(catalogueOf(checked.flatMap((one) => (one.ok ? [one.value] : []))), lastDay)
    const replaced = new Set(newest.map(({ system }) => system))
    const kept = <T extends { readonly system: SystemDocument['system'] }>(list: readonly T[]) =>
      list.filter(({ system }) => !replaced.has(system))
    const always = newest.map(({ inForce, trial: _, ...document }) => ({
      ...document,
      version: 1,
      validFrom: firstDay,
      indicators: inForce.map(({ validTo: __, ...one }) => ({ ...one, validFrom: firstDay })),
      outOfScope: [...document.outOfScope],
    }))
    const added = catalogueOf(always)
    const catalogue = {
      systems: [...kept(this.#catalogue.systems), ...added.systems],
      indicators: [...kept(this.#catalogue.indicators), ...added.indicators],
      outOfScope: [...kept(this.#catalogue.outOfScope), ...added.outOfScope],
    }
    const problems = broken.length > 0 ? broken : lintCatalogue(catalogue)
    if (problems.length > 0) {
      throw new CivitalsError('CIV_INDICATORS_DEFINITION_INVALID', problems.map(printProblem).join('\n'))
    }
    return catalogue
  }

  export(): readonly DefinitionText[] {
    return filesOf(this.#catalogue).map((file) => ({ name: `${file.system}.yaml`, text: documentText(file) }))
  }

  changes(limit: number, before?: number): Promise<readonly KeptChange[]> {
    return readChanges(this.#options.state.db, limit, before)
  }
}
