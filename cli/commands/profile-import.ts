import { join } from 'node:path'
import { CivitalsError } from '@civitals/contracts/errors'
import { isId } from '@civitals/contracts/ids'
import { systemClock } from '@civitals/contracts/system-clock'
import { type FileOptions, importFile, mostFileBytes } from '@civitals/firmware-bridge/importing'
import { encodings } from '@civitals/firmware-bridge/importing/csv'
import { printListProblem } from '@civitals/firmware-bridge/importing/problems'
import { type Arguments, exitCodes } from '../command.ts'
import { exists, readBytes, writeWhole } from '../io/files.ts'

const tables = ['coil', 'discrete', 'holding', 'input'] as const
const bases = ['0', '1'] as const

/** `civitals profile import FILE`: a profile that lints, or everything that is wrong with the list and nothing written; exit code 1. */
export async function profileImport(args: Arguments): Promise<number> {
  const [file, more] = args.positionals
  if (file === undefined || more !== undefined) throw usage('name one file: civitals profile import FILE --id ID')
  const options = optionsOf(args, file)
  const { out } = options
  if (!args.options.force && (await exists(out)))
    throw new CivitalsError('CIV_CLI_OUTPUT_TAKEN', `${out} is there already; --force replaces it`)
  const imported = importFile(await readBytes(file, mostFileBytes), options)
  if (imported.ok) await writeWhole(out, imported.text)
  const { warnings } = imported
  if (args.options.json) {
    const { ok } = imported
    const points = imported.ok ? imported.profile.points.map(({ id }) => id) : undefined
    const result = imported.ok ? { profile: options.id, out, points } : { problems: imported.problems }
    process.stdout.write(`${JSON.stringify({ ok, file, ...result, warnings })}\n`)
    return ok ? exitCodes.done : exitCodes.invalid
  }
  for (const warning of warnings) process.stderr.write(`${file}: ${warning} (warning)\n`)
  if (imported.ok) {
    process.stdout.write(`${out}: ${imported.profile.points.length} points\n`)
    process.stderr.write('next: read the file through, then civitals gateway read with --profiles and --profile\n')
    return exitCodes.done
  }
  for (const problem of imported.problems) process.stdout.write(`${printListProblem(problem)}\n`)
  const { length } = imported.problems
  process.stderr.write(`${length} problem${length === 1 ? '' : 's'}; nothing was written\n`)
  return exitCodes.invalid
}

function optionsOf(args: Arguments, file: string): FileOptions {
  const { id, out, sheet, kind } = args.options
  if (typeof id !== 'string' || !isId(id)) throw usage('--id ID names the profile: letters, digits, _ and -')
  if (typeof kind !== 'string' || !isId(kind)) throw usage('--kind ID takes letters, digits, _ and -')
  const base = oneOf(args, 'base', bases)
  const table = oneOf(args, 'function', tables)
  const encoding = oneOf(args, 'encoding', encodings)
  return {
    ...{ id, file, kind, group: groupOf(kind) },
    out: typeof out === 'string' ? out : join('profiles', id, 'profile.yaml'),
    date: new Date(systemClock.now()).toISOString().slice(0, 10),
    ...(typeof sheet === 'string' && { sheet }),
    ...(base !== undefined && { base: base === '0' ? 0 : 1 }),
    ...(table && { table }),
    ...(encoding && { encoding }),
  }
}

/** Measurement the readings are stored under: the kind, as far as its letters may stand there. */
const groupOf = (kind: string): string => {
  const name = kind
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
  return name === '' ? 'terminal' : name
}

function oneOf<const T extends string>(args: Arguments, name: string, allowed: readonly T[]): T | undefined {
  const text = args.options[name]
  const found = allowed.find((one) => one === text)
  if (text !== undefined && !found) throw usage(`--${name} takes ${allowed.join(', ')}; not ${String(text)}`)
  return found
}

const usage = (message: string): CivitalsError => new CivitalsError('CIV_CLI_USAGE', message)
