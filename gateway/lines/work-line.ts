import { type LineHealth, mostTerminalsListed, type TerminalHealth } from '@civitals/contracts/status'
import { frameChecks } from '@civitals/firmware-bridge/frames/frame'
import type { PollPeriods } from '../config/settings.ts'
import { LineListener } from '../listening/line-listener.ts'
import type { Peer, SourceCounters } from '../listening/report-source.ts'
import { PollTimes } from '../readings/poll-times.ts'
import { LineRunner } from '../scheduling/line-runner.ts'
import type { GatewayLine, HeardLine, LinesOptions, PolledLine } from './lines.ts'

/** One line at work, whoever speaks first on it. */
export interface LineWorker {
  /** Resolves when `signal` is aborted; never rejects for what happens on the line. */
  run(signal: AbortSignal): Promise<void>
  /** Frees the wire, after `run`. */
  close(): Promise<void>
  /** The same line with other terminals. */
  change(line: GatewayLine): void
  setPeriods(periods: PollPeriods): void
  health(): LineHealth
}

/** Connections and strangers a status names. */
const mostListed = 16

/** Readings of the line go to `readings`, which must follow its terminals. */
export const workLine = (line: GatewayLine, options: LinesOptions): LineWorker =>
  'source' in line ? listenTo(line, options) : poll(line, options)

function poll(line: PolledLine, options: LinesOptions): LineWorker {
  const { clock, periods, readings } = options
  const trouble = new Trouble(line.id, options)
  const times = new PollTimes()
  const runner = new LineRunner({
    ...{ terminals: line.terminals, periods, clock },
    window: () => line.line.window ?? 1,
    onReading: ({ id }, reading) => {
      if (reading.failure?.kind === 'link') trouble.tell(reading.failure.detail ?? 'cannot be opened')
      else if (reading.at !== undefined || reading.failure !== undefined) trouble.tell(undefined)
      readings.take(id, reading.at === undefined ? reading : { ...reading, at: times.stamp(id, reading.at) })
    },
    onSilence: silenceOf(line.id, options, 'terminal answers again'),
  })
  line.line.onArrival?.(() => runner.hasten())
  return {
    run: (signal) => runner.run(signal),
    close: () => line.line.close(),
    change: (changed) => {
      if (!('source' in changed)) runner.setTerminals(changed.terminals)
    },
    setPeriods: (changed) => runner.setPeriods(changed),
    health: () => {
      const { transactions, timeouts, crcErrors, connected, late, foreign, refused } = line.line.health
      const stray = {
        ...(late !== undefined && { lateReplies: late }),
        ...(foreign !== undefined && { foreignFrames: foreign }),
      }
      const counts = { terminals: runner.terminals.length, silent: runner.silent, transactions, timeouts, crcErrors }
      const port = line.line.port && portOf({ ...line.line.port, connections: line.line.port.peers.length })
      const reasons = refusedOf({ ...refused, ...line.line.port?.refused })
      const perTerminal = runner.health()
      return {
        ...{ line: line.id, ...counts, connected, ...stray, ...port, ...reasons, ...trouble.now },
        ...{ ...lastHeard(perTerminal), perTerminal: listed(perTerminal) },
      }
    },
  }
}

function listenTo(line: HeardLine, options: LinesOptions): LineWorker {
  const { clock, readings, logger } = options
  const { source } = line
  const trouble = new Trouble(line.id, options)
  const listener = new LineListener({
    ...{ source, terminals: line.terminals, clock, clockState: () => readings.clockState() },
    onReading: ({ id }, reading) => readings.take(id, reading),
    onSilence: silenceOf(line.id, options, 'terminal is heard again'),
    onStranger: (address) => logger.warn({ line: line.id, address }, 'an address no terminal has'),
    onRefused: ({ check, detail }) =>
      logger.warn(
        { line: line.id, check, detail: detail.slice(0, 200) },
        'refused; others that fail this check are only counted',
      ),
    onTrouble: (detail) => trouble.tell(detail),
  })
  return {
    run: (signal) => listener.run(signal),
    close: async () => undefined,
    change: (changed) => {
      if ('source' in changed) listener.setTerminals(changed.terminals)
    },
    setPeriods: () => undefined,
    health: () => {
      const { connected, refused } = source.health
      const { known, strange } = listener.frames
      const counts = { terminals: listener.terminals.length, silent: listener.silent, transactions: known }
      const failures = { timeouts: 0, crcErrors: damaged(refused), connected, foreignFrames: strange }
      const perTerminal = listener.health()
      return {
        ...{ line: line.id, ...counts, ...failures },
        ...{ ...portOf({ ...source.health, strangers: listener.strangers }), ...refusedOf(refused), ...trouble.now },
        ...{ ...lastHeard(perTerminal), perTerminal: listed(perTerminal) },
      }
    },
  }
}

/** Of what was refused, the frames and messages; connections are no frames. */
const damaged = (refused: SourceCounters['refused']): number =>
  frameChecks.reduce((sum, check) => sum + (refused[check] ?? 0), 0)

function portOf({
  listening,
  connections,
  peers = [],
  strangers,
}: Omit<SourceCounters, 'connected' | 'refused'> & { readonly strangers: readonly string[] }): Partial<LineHealth> {
  return {
    connections,
    ...(listening !== undefined && { listening }),
    ...(peers.length > 0 && { peers: peers.slice(0, mostListed).map(shown) }),
    ...(strangers.length > 0 && { strangers: strangers.slice(0, mostListed) }),
  }
}

/** Only the reasons that were met. */
function refusedOf(refused: SourceCounters['refused']): Pick<LineHealth, 'refused'> {
  const met = Object.entries(refused).filter(([, count]) => count > 0)
  return met.length > 0 ? { refused: Object.fromEntries(met) } : {}
}

const shown = ({ name, ...peer }: Peer): Peer => ({ ...peer, ...(name !== undefined && { name: name.slice(0, 64) }) })

function lastHeard(perTerminal: readonly TerminalHealth[]): { readonly lastHeardAt?: number } {
  const last = Math.max(...perTerminal.map(({ lastAnswerAt = 0 }) => lastAnswerAt), 0)
  return last > 0 ? { lastHeardAt: last } : {}
}

/** Tells each change of a line once, whatever comes of it again and again. */
class Trouble {
  readonly #line: string
  readonly #logger: LinesOptions['logger']
  #detail: string | undefined

  constructor(line: string, { logger }: LinesOptions) {
    this.#line = line
    this.#logger = logger
  }

  /** Why it is down now. */
  get now(): { readonly trouble?: string } {
    return this.#detail === undefined ? {} : { trouble: this.#detail.slice(0, 200) }
  }

  tell(detail: string | undefined): void {
    const line = this.#line
    if (detail !== undefined && this.#detail === undefined) this.#logger.warn({ line, detail }, 'line is down')
    if (detail === undefined && this.#detail !== undefined) this.#logger.warn({ line }, 'line works again')
    this.#detail = detail
  }
}

const silenceOf =
  (line: string, { logger, onSilence }: LinesOptions, again: string) =>
  ({ id }: { readonly id: string }, silent: boolean): void => {
    logger.warn({ line, terminal: id, silent }, silent ? 'terminal is silent' : again)
    onSilence()
  }

const order: readonly TerminalHealth['state'][] = ['silent', 'failing', 'unknown', 'answers']

/** A status is sent over and over: of long lines it lists the terminals that need a look. */
function listed(all: readonly TerminalHealth[]): TerminalHealth[] {
  if (all.length <= mostTerminalsListed) return [...all]
  return all.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, mostTerminalsListed)
}
