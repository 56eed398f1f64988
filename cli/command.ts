import { parseArgs } from 'node:util'
import { CivitalsError } from '@civitals/contracts/errors'
import { nearest } from '@civitals/contracts/nearest'

/** Exit codes by class of failure; scripts may rely on them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, taken: 3, invalid: 1 } as const

/** One option of a command; `value` names its argument in help, absent for a switch. */
export interface Option {
  readonly value?: string
  readonly help: string
  readonly default?: string
  /** May be given several times; then it is read by `Arguments.lists`. */
  readonly many?: true
}

/** What a command is given: positionals after its words, options by name. */
export interface Arguments {
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, string | true | undefined>>
  /** Options that may be given several times, empty when never. */
  readonly lists: Readonly<Record<string, readonly string[]>>
}

/** One verb of `civitals`; its code is loaded only when it runs, so that a gateway never pays for the centre. */
export interface Command {
  readonly words: string
  readonly summary: string
  readonly positionals?: string
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly string[]
  readonly load: () => Promise<(args: Arguments) => Promise<number>>
}

/** The command the words name, and what follows; undefined when none does. */
export function findCommand(commands: readonly Command[], argv: readonly string[]): [Command, string[]] | undefined {
  const words = argv.filter((word) => !word.startsWith('-'))
  const matching = commands.filter((command) => command.words.split(' ').every((word, place) => words[place] === word))
  const command = matching.sort((a, b) => b.words.length - a.words.length)[0]
  if (!command) return undefined
  const rest = [...argv]
  for (const word of command.words.split(' ')) rest.splice(rest.indexOf(word), 1)
  return [command, rest]
}

/** Options and positionals of a command line; a wrong option is a usage error that names the nearest. */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      { type: option.value === undefined ? ('boolean' as const) : ('string' as const), multiple: option.many === true },
    ]),
  )
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    if (!command.positionals && parsed.positionals.length > 0) {
      throw new Error(`unexpected argument ${parsed.positionals[0]}`)
    }
    const defaults = Object.entries(command.options).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value] as const],
    )
    const values = Object.entries(parsed.values)
    const many = (name: string): boolean => command.options[name]?.many === true
    const given = values.filter(([name]) => !many(name)) as [string, string | true][]
    const lists = values.filter(([name]) => many(name)) as [string, string[]][]
    return {
      positionals: parsed.positionals,
      options: { ...Object.fromEntries(defaults), ...Object.fromEntries(given) },
      lists: Object.fromEntries(lists),
    }
  } catch (error) {
    throw usageError(command, error instanceof Error ? error.message : String(error))
  }
}

function usageError(command: Command, message: string): CivitalsError {
  const wrong = /'(--?[^'= ]+)/.exec(message)?.[1]
  const near = wrong && nearest(wrong.replace(/^-+/, ''), Object.keys(command.options))
  const first = message.split('. ')[0]
  const hint = near ? `; did you mean --${near}?` : ''
  return new CivitalsError('CIV_CLI_USAGE', `${first}${hint} (civitals ${command.words} --help)`)
}

/** A whole number from an option, in [low, high]; anything else is a usage error. */
export function wholeNumber(args: Arguments, name: string, low: number, high: number): number {
  const text = args.options[name]
  const value = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high) return value
  throw new CivitalsError('CIV_CLI_USAGE', `--${name} takes a whole number from ${low} to ${high}, not ${String(text)}`)
}

/** Text of `--help` for one command. */
export function helpOf(command: Command): string {
  const lefts = Object.entries(command.options).map(
    ([name, option]) => [`  --${name}${option.value ? ` ${option.value}` : ''}`, option] as const,
  )
  const width = Math.max(28, ...lefts.map(([left]) => left.length + 2))
  const rows = lefts.map(([left, option]) => {
    return `${left.padEnd(width)}${option.help}${option.default === undefined ? '' : ` (default ${option.default})`}`
  })
  return [
    `civitals ${command.words}${command.positionals ? ` ${command.positionals}` : ''}`,
    '',
    `  ${command.summary}`,
    ...(rows.length > 0 ? ['', 'Options', ...rows] : []),
    '',
    'Examples',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

/** Text of `civitals --help`. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ words }) => words.length)) + 2
  const rows = commands.map(({ words, summary }) => `  ${words.padEnd(width)}${summary}`)
  return [
    'civitals: the vital signs of a city',
    '',
    'Commands',
    ...rows,
    '',
    'civitals COMMAND --help shows its options.',
    '',
  ].join('\n')
}
