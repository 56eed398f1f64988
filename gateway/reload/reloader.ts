import type { Configuration } from '@civitals/contracts/configuration'
import { CivitalsError } from '@civitals/contracts/errors'
import type { Logger } from 'pino'
import type { Prepared } from '../config/io/prepare.ts'
import type { Gateway } from '../gateway.ts'
import type { Assembly } from '../lines/assemble.ts'
import { type Difference, differenceOf } from './difference.ts'

/** What came of reading the configuration again. */
export type ReloadOutcome =
  | { readonly kind: 'unchanged' }
  /** Lines for a person; what ran goes on running. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'applied'; readonly config: string; readonly difference: Difference }

export interface ReloaderParts {
  readonly gateway: Pick<Gateway, 'reload'>
  readonly assembly: Assembly
  /** Reads and checks the configuration; throws CIV_GATEWAY_CONFIG. */
  readonly load: () => Promise<Prepared>
  /** Keeps what the centre is to be told of a configuration; resolves before the first envelope that names it. */
  readonly tell?: (configuration: Configuration) => Promise<void>
  readonly logger: Logger
}

/** Takes a changed configuration over while the gateway runs: only what changed restarts, and a wrong one changes nothing. */
export class Reloader {
  readonly #parts: ReloaderParts
  #running: Prepared
  /** What the gateway was started with: keys that need a restart stay needed until there is one. */
  readonly #started: Prepared
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: ReloaderParts, running: Prepared) {
    this.#parts = parts
    this.#running = running
    this.#started = running
  }

  /** One at a time; never rejects for what a person wrote. */
  reload(): Promise<ReloadOutcome> {
    const mine = this.#turn.then(() => this.#reload())
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #reload(): Promise<ReloadOutcome> {
    const { assembly, gateway, load, logger, tell } = this.#parts
    const loaded = await load().catch((error: unknown) => problemsOf(error))
    if (Array.isArray(loaded)) {
      logger.error({ problems: loaded }, 'the changed configuration is refused; the old one goes on')
      return { kind: 'refused', problems: loaded }
    }
    const prepared = loaded as Prepared
    const { restartNeeded } = differenceOf(this.#started, prepared)
    const difference = { ...differenceOf(this.#running, prepared), restartNeeded }
    if (prepared.hash === this.#running.hash && restartNeeded.length === 0) return { kind: 'unchanged' }
    const lines = await assembly.lines(asStarted(prepared, this.#started)).catch((error: unknown) => {
      const problems = problemsOf(error)
      logger.error({ problems }, 'the changed configuration is refused; the old one goes on')
      return { problems }
    })
    if ('problems' in lines) return { kind: 'refused', problems: lines.problems }
    if (prepared.configuration) await tell?.(prepared.configuration)
    await gateway.reload({ lines, periods: prepared.settings.periods, config: prepared.hash })
    this.#running = prepared
    logger.info({ config: prepared.hash, ...summary(difference) }, 'the changed configuration runs')
    if (restartNeeded.length > 0) logger.warn({ keys: restartNeeded }, 'these keys take effect at the next start')
    return { kind: 'applied', config: prepared.hash, difference }
  }
}

/** How terminals report follows the link as it runs, not as it will after a restart. */
const asStarted = (prepared: Prepared, { settings }: Prepared): Prepared => ({
  ...prepared,
  settings: { ...prepared.settings, metered: settings.metered },
})

function problemsOf(error: unknown): readonly string[] {
  if (!(error instanceof CivitalsError) || error.code !== 'CIV_GATEWAY_CONFIG') throw error
  return error.context.problems as readonly string[]
}

function summary({ lines, ended }: Difference): Readonly<Record<string, readonly string[]>> {
  const of = (kind: string) => [...lines].filter(([, change]) => change.kind === kind).map(([id]) => id)
  return { begun: of('begun'), ended, restarted: of('restarted'), changed: of('terminals') }
}
