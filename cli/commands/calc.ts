import { CivitalsError } from '@civitals/contracts/errors'
import { calcFormulas } from '@civitals/indicators/calc'
import { shippedDefinitions } from '@civitals/indicators/shipped'
import { type Arguments, exitCodes } from '../command.ts'

/** `civitals calc NAME '{...}'`: one result as a line of JSON; `--list`: every formula as a line of JSON. */
export async function calc(args: Arguments): Promise<number> {
  const formulas = calcFormulas(await shippedDefinitions())
  if (args.options.list) {
    for (const { name, what, source, input, example } of formulas) print({ name, what, source, input, example })
    return exitCodes.done
  }
  const [name, text] = args.positionals
  const formula = formulas.find((candidate) => candidate.name === name)
  if (!formula) {
    const known = formulas.map((candidate) => candidate.name).join(', ')
    throw new CivitalsError('CIV_CLI_USAGE', `no formula ${name ?? ''}; known: ${known} (civitals calc --list)`)
  }
  const outcome = formula.compute(parse(text))
  if (!outcome.ok) throw new CivitalsError('CIV_CLI_INPUT', `${outcome.at || 'input'}: ${outcome.reason}`)
  print(outcome.result)
  return exitCodes.done
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_INPUT', 'the input is not JSON; quote it with single quotes', { cause })
  }
}

const print = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
