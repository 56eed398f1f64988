import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { checkMatters, type MatterList } from '../matter.ts'

/**
 * The matter list of a folder with `matters.yaml` and `departments.yaml`, by default the shipped one. Rejects with
 * CIV_WORKORDERS_MATTERS_INVALID, its message naming file and line.
 */
export async function loadMatters(folder: string = join(import.meta.dirname, '..')): Promise<MatterList> {
  const read = async (file: string) => ({ file, text: await readFile(join(folder, file), 'utf8') })
  const checked = checkMatters(await read('matters.yaml'), await read('departments.yaml'))
  if (checked.ok) return checked.list
  throw new CivitalsError('CIV_WORKORDERS_MATTERS_INVALID', checked.problems.map(printProblem).join('\n'))
}
