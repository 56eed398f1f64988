import { CivitalsError } from '@civitals/contracts/errors'
import { AqiInputSchema, calcAqi } from '@civitals/indicators/aqi'
import { Value } from 'typebox/value'
import { type Arguments, exitCodes } from '../command.ts'

interface Formula {
  readonly name: string
  readonly input: object
  readonly example: object
  readonly compute: (input: unknown) => unknown
}

const formulas: readonly Formula[] = [
  {
    name: 'aqi',
    input: AqiInputSchema,
    example: {
      standard: 'HJ 633-2026',
      kind: 'hourly',
      values: { pm25: 75, pm10: 150, so2: 500, no2: 200, co: 10, o3: 200 },
    },
    compute(input) {
      const errors = Value.Errors(AqiInputSchema, input)
      const [first] = errors
      if (first) throw new CivitalsError('CIV_CLI_INPUT', `${first.instancePath || 'input'} ${first.message}`)
      return calcAqi(input as Parameters<typeof calcAqi>[0])
    },
  },
]

/** `civitals calc NAME '{...}'`: one result as a line of JSON. */
export async function calc(args: Arguments): Promise<number> {
  if (args.options.list) {
    for (const { name, input, example } of formulas) print({ name, input, example })
    return exitCodes.done
  }
  const [name, text] = args.positionals
  const formula = formulas.find((candidate) => candidate.name === name)
  if (!formula) {
    const known = formulas.map((candidate) => candidate.name).join(', ')
    throw new CivitalsError('CIV_CLI_USAGE', `no formula ${name ?? ''}; known: ${known} (civitals calc --list)`)
  }
  print(formula.compute(parse(text)))
  return exitCodes.done
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_INPUT', 'the input is not JSON; quote it with single quotes', { cause })
  }
}

const print = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
