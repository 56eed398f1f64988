import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bodySystems } from '@civitals/contracts/body'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { SystemDocument } from '../definition.ts'
import { checkDefinitions, lintCatalogue } from '../lint.ts'

const folder = join(import.meta.dirname, '..', 'definitions')

/** The definitions that ship with Civitals, checked, in the order pages list systems. Throws CIV_INDICATORS_DEFINITION_INVALID naming file, line and key. */
export async function shippedDefinitions(): Promise<readonly SystemDocument[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  const checked = await Promise.all(
    files.map(async (name) => checkDefinitions(await readFile(join(folder, name), 'utf8'), name)),
  )
  const documents = checked.flatMap((one) => (one.ok ? [one.value] : []))
  const broken = checked.flatMap((one) => (one.ok ? [] : one.problems))
  const problems = broken.length > 0 ? broken : lintCatalogue(documents)
  if (problems.length > 0) {
    throw new CivitalsError('CIV_INDICATORS_DEFINITION_INVALID', problems.map(printProblem).join('\n'))
  }
  const order = Object.keys(bodySystems)
  return documents.sort((a, b) => order.indexOf(a.system) - order.indexOf(b.system))
}
