import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { checkRules, type Rule } from '../rule.ts'

/** The folder of the rules that ship with the platform. */
export const shippedRulesFolder: string = join(import.meta.dirname, '..')

/**
 * Every rule of the `*.yaml` files in a folder, by default the shipped ones. Rejects with CIV_ALARMS_RULES_INVALID, its
 * message naming file and line, when a file or the set of them is wrong.
 */
export async function loadRules(folder: string = shippedRulesFolder): Promise<readonly Rule[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort()
  const rules: Rule[] = []
  for (const file of files) {
    const checked = checkRules(await readFile(join(folder, file), 'utf8'), file)
    if (!checked.ok) throw invalid(checked.problems.map(printProblem).join('\n'))
    for (const rule of checked.rules) {
      if (rules.some((other) => other.id === rule.id)) throw invalid(`${file}: rule ${rule.id} is in another file too`)
      rules.push(rule)
    }
  }
  return rules
}

const invalid = (message: string): CivitalsError => new CivitalsError('CIV_ALARMS_RULES_INVALID', message)
