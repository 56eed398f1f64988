import { type LineHealth, mostTerminalsListed, type TerminalHealth } from '@civitals/contracts/status'
import type { PollPeriods } from '../config/settings.ts'
import { LineListener } from '../listening/line-listener.ts'
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

const mostStrangersListed = 16

/** Readings of the line go to `readings`, which must follow its terminals. */
export const workLine = (line: GatewayLine, options: LinesOptions): LineWorker =>
  'source' in line ? listenTo(line, options) : poll(line, options)

function poll(line: PolledLine, options: LinesOptions): LineWorker {
  const { clock, periods, readings } = options
  const trouble = troubleOf(line.id, options)
  const runner = new LineRunner({
    ...{ terminals: line.terminals, periods, clock },
    window: () => line.line.window ?? 1,
    onReading: ({ id }, reading) => {
      if (reading.failure?.kind === 'link') trouble(reading.failure.detail ?? 'cannot be opened')
      else if (reading.at !== undefined || reading.failure !== undefined) trouble(undefined)
      readings.take(id, reading)
    },
    onSilence: silenceOf(line.id, options, 'terminal answers again'),
  })
  return {
    run: (signal) => runner.run(signal),
    close: () => line.line.close(),
    change: (changed) => {
      if (!('source' in changed)) runner.setTerminals(changed.terminals)
    },
    setPeriods: (changed) => runner.setPeriods(changed),
    health: () => {
      const { transactions, timeouts, crcErrors, connected, late, foreign } = line.line.health
      const stray = {
        ...(late !== undefined && { lateReplies: late }),
        ...(foreign !== undefined && { foreignFrames: foreign }),
      }
      const counts = { terminals: runner.terminals.length, silent: runner.silent, transactions, timeouts, crcErrors }
      return { line: line.id, ...counts, connected, ...stray, perTerminal: listed(runner.health()) }
    },
  }
}

function listenTo(line: HeardLine, options: LinesOptions): LineWorker {
  const { clock, readings, logger } = options
  const { source } = line
  const listener = new LineListener({
    ...{ source, terminals: line.terminals, clock, clockState: () => readings.clockState() },
    onReading: ({ id }, reading) => readings.take(id, reading),
    onSilence: silenceOf(line.id, options, 'terminal is heard again'),
    onStranger: (address) => logger.warn({ line: line.id, address }, 'an address no terminal has'),
    onTrouble: troubleOf(line.id, options),
  })
  return {
    run: (signal) => listener.run(signal),
    close: async () => undefined,
    change: (changed) => {
      if ('source' in changed) listener.setTerminals(changed.terminals)
    },
    setPeriods: () => undefined,
    health: () => {
      const { connected, connections, refused } = source.health
      const { known, strange } = listener.frames
      const counts = { terminals: listener.terminals.length, silent: listener.silent, transactions: known }
      const failures = { timeouts: 0, crcErrors: refused, connected, connections, foreignFrames: strange }
      const strangers = listener.strangers.slice(0, mostStrangersListed)
      const perTerminal = listed(listener.health())
      return { line: line.id, ...counts, ...failures, ...(strangers.length > 0 && { strangers }), perTerminal }
    },
  }
}

/** Tells each change once, whatever comes of it again and again. */
function troubleOf(line: string, { logger }: LinesOptions): (detail: string | undefined) => void {
  let troubled = false
  return (detail) => {
    if (detail !== undefined && !troubled) logger.warn({ line, detail }, 'line is down')
    if (detail === undefined && troubled) logger.warn({ line }, 'line works again')
    troubled = detail !== undefined
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
