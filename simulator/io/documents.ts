import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkDocument, printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import { type ComplaintTable, ComplaintTableSchema } from '../world/complaints.ts'

const file = join(import.meta.dirname, '..', 'data', 'complaints.yaml')

/**
 * What citizens complain about.
 * @throws CIV_SIMULATOR_COMPLAINTS when the shipped file is broken.
 */
export async function loadComplaintTable(): Promise<ComplaintTable> {
  const checked = checkDocument(ComplaintTableSchema, await readFile(file, 'utf8'), file)
  if (checked.ok) return checked.value
  throw new CivitalsError('CIV_SIMULATOR_COMPLAINTS', checked.problems.map(printProblem).join('\n'))
}

/** Makes a folder and those above it. */
export const makeFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true })
}
