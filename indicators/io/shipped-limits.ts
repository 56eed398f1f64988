import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { QualityLimits } from '../quality/limits.ts'
import { checkLimits } from '../quality/limits-lint.ts'

const file = join(import.meta.dirname, '..', 'quality', 'limits.yaml')

/** The limits that ship with Civitals, checked. Throws CIV_INDICATORS_LIMITS_INVALID naming line and key. */
export async function shippedLimits(): Promise<QualityLimits> {
  const checked = checkLimits(await readFile(file, 'utf8'), 'limits.yaml')
  if (checked.ok) return checked.value.kinds
  throw new CivitalsError('CIV_INDICATORS_LIMITS_INVALID', checked.problems.map(printProblem).join('\n'))
}
