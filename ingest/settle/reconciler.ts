import type { Clock, EpochMs } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import type { HourCheck, Reconciliation } from '@civitals/contracts/ledger'
import type { RegistryView } from '@civitals/contracts/registry'
import type { SeriesStore } from '@civitals/storage/series'
import type { StateStore } from '@civitals/storage/state'
import type { IngestLogger } from '../ingest.ts'
import { hoursToCheck, listDifferences, readChecks, writeChecks } from '../ledger/checks.ts'
import { hourMs, readDigests, type SettledDigest } from '../ledger/digest.ts'
import { compareHour } from './reconcile.ts'
import type { Settler } from './settler.ts'

export interface ReconcilerOptions {
  readonly series: SeriesStore
  readonly state: StateStore
  readonly registry: RegistryView
  readonly settler: Pick<Settler, 'between' | 'resend' | 'storeDown'>
  readonly clock: Clock
  readonly logger: IngestLogger
}

/** An hour is compared when it has been over for so long; gateways keep acknowledged envelopes for 72 h. */
const settledAfterMs = 600_000
const reachMs = 72 * hourMs
/** Hours one run compares at most: those that changed, and those compared longest ago, since stores lose old data too. */
const hoursPerRun = { changed: 48, again: 6 }
/** One run asks for so many resends, and so often for the same hour: what does not mend by being sent twice is shown instead. */
const resendsPerRun = 8
export const resendsPerHour = 2
export const reconcileEveryMs: number = hourMs

/**
 * Compares, once an hour, what was settled with what the series store holds: the only defence against a store that said "stored" and
 * did not, or lost it since. Where readings are missing or differ the gateway is asked to send the hour's envelopes again.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions
  #running: Promise<void> | undefined
  #last: Reconciliation['last'] = null
  #totals = { runs: 0, differences: 0, resends: 0 }

  constructor(options: ReconcilerOptions) {
    this.#options = options
  }

  async report(): Promise<Reconciliation> {
    return { ...this.#totals, last: this.#last, differing: await listDifferences(this.#options.state) }
  }

  /** One run; a second call joins the run under way. Never rejects: a run that failed says so in the report. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options
    const last = {
      startedAt: clock.now(),
      endedAt: clock.now(),
      hours: 0,
      differences: 0,
      resends: 0,
      failure: null as string | null,
    }
    try {
      await this.#compareAll(last)
    } catch (error) {
      last.failure = error instanceof Error ? error.message : String(error)
      logger.warn({ err: error }, 'the reconciler could not finish its run')
    }
    last.endedAt = clock.now()
    this.#last = last
    this.#totals.runs++
    this.#totals.differences += last.differences
    this.#totals.resends += last.resends
  }

  async #compareAll(run: { hours: number; differences: number; resends: number }): Promise<void> {
    const { clock, settler, state } = this.#options
    if (settler.storeDown) throw new Error(`the ${settler.storeDown.store} store is down`)
    const now = clock.now()
    const range = { from: now - reachMs, to: now - settledAfterMs - hourMs }
    for (const hour of await hoursToCheck(state, range, hoursPerRun)) {
      const checks = await this.#check(hour)
      run.hours++
      const differing = checks.filter(({ verdict }) => verdict !== 'equal')
      run.differences += differing.length
      const repaired: HourCheck[] = []
      for (const check of checks) {
        const repair = needsRepair(check) && run.resends < resendsPerRun
        if (repair) run.resends++
        repaired.push(repair ? await this.#repair(check) : check)
      }
      await writeChecks(state, repaired, now - reachMs - 24 * hourMs)
    }
  }

  /** A settlement under way is in one of the two and not yet in the other: what differs is looked at once more between two. */
  async #check(hour: EpochMs): Promise<readonly HourCheck[]> {
    const checks = await this.#compare(hour)
    if (checks.every(({ verdict }) => verdict === 'equal')) return checks
    return this.#options.settler.between(() => this.#compare(hour))
  }

  async #compare(hour: EpochMs): Promise<readonly HourCheck[]> {
    const { clock, registry, series, state } = this.#options
    const settled = await readDigests(state, hour)
    const stored = await series.digest({ from: hour, to: hour + hourMs })
    const gatewayOf = (terminal: string) => registry.terminal(terminal)?.gateway
    return compareHour(settled, stored, gatewayOf, await readChecks(state, hour), clock.now())
  }

  async #repair(check: HourCheck): Promise<HourCheck> {
    const { logger, settler, state } = this.#options
    const spools = (await readDigests(state, check.hour)).filter(({ gateway }) => gateway === check.gateway)
    logger.warn({ ...check }, 'the series store does not hold what was settled; its gateway is asked to send it again')
    for (const spool of spools) {
      try {
        await settler.resend({ ...request(spool), why: reasonOf(check) })
      } catch (error) {
        if (!(error instanceof CivitalsError)) throw error
        logger.warn({ err: error, spool: spool.spool }, 'a resend could not be asked for')
      }
    }
    return { ...check, resends: check.resends + 1 }
  }
}

const needsRepair = ({ verdict, resends }: HourCheck): boolean =>
  (verdict === 'missing' || verdict === 'different') && resends < resendsPerHour

const request = ({ gateway, spool, fromSeq, toSeq }: SettledDigest) => ({
  gateway,
  spool,
  ranges: [[fromSeq, toSeq]] as const,
  by: 'reconciler',
})

function reasonOf({ hour, verdict, settled, stored }: HourCheck): string {
  const what = verdict === 'missing' ? `${settled - stored} of ${settled} readings missing` : 'values differ'
  return `${new Date(hour).toISOString().slice(0, 13)}h UTC: ${what} in the store`
}
