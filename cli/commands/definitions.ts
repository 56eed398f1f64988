import { printProblem } from '@civitals/contracts/document'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { catalogueOf } from '@civitals/indicators/catalogue'
import { SystemFileSchema } from '@civitals/indicators/definition'
import { checkDefinitions, lintCatalogue } from '@civitals/indicators/lint'
import { pointsOf } from '../centre/known-points.ts'
import { type Arguments, exitCodes } from '../command.ts'
import { definitionTexts } from './apply.ts'

/** `civitals definitions schema`: JSON Schema of a definition file. */
export async function definitionsSchema(): Promise<number> {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...SystemFileSchema }
  process.stdout.write(`${JSON.stringify(schema, undefined, 2)}\n`)
  return exitCodes.done
}

/** `civitals definitions lint DIR`: what is wrong with definition files, as file:line:column, without a centre. */
export async function definitionsLint(args: Arguments): Promise<number> {
  const points = pointsOf([...(await shippedProfiles()).values()])
  const checked = (await definitionTexts(args.positionals[0] ?? '.')).map(({ name, text }) =>
    checkDefinitions(text, name, points),
  )
  const broken = checked.flatMap((one) => (one.ok ? [] : one.problems))
  const between =
    broken.length > 0 ? [] : lintCatalogue(catalogueOf(checked.flatMap((one) => (one.ok ? [one.value] : []))))
  for (const problem of [...broken, ...between]) process.stdout.write(`${printProblem(problem)}\n`)
  process.stderr.write(`civitals: ${checked.length} files, ${broken.length + between.length} problems\n`)
  return broken.length + between.length > 0 ? exitCodes.invalid : exitCodes.done
}
