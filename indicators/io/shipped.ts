import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { type Catalogue, catalogueOf, effectiveOn, lastDay } from '../catalogue.ts'
import type { SystemDocument } from '../definition.ts'
import { checkDefinitions, type KnownPoints, lintCatalogue } from '../lint.ts'

const folder = join(import.meta.dirname, '..', 'definitions')

/** The definition files that ship with Civitals, as text. */
export async function shippedFiles(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })))
}

/** Every version that ships with Civitals, checked. Throws CIV_INDICATORS_DEFINITION_INVALID naming file, line and key. */
export async function shippedCatalogue(points?: KnownPoints): Promise<Catalogue> {
  const checked = (await shippedFiles()).map(({ name, text }) => checkDefinitions(text, name, points))
  const catalogue = catalogueOf(checked.flatMap((one) => (one.ok ? [one.value] : [])))
  const broken = checked.flatMap((one) => (one.ok ? [] : one.problems))
  const problems = broken.length > 0 ? broken : lintCatalogue(catalogue)
  if (problems.length > 0) {
    throw new CivitalsError('CIV_INDICATORS_DEFINITION_INVALID', problems.map(printProblem).join('\n'))
  }
  return catalogue
}

/** The shipped definitions as they stand on a day; by default the newest ones. */
export const shippedDefinitions = async (day = lastDay): Promise<readonly SystemDocument[]> =>
  effectiveOn(await shippedCatalogue(), day)
