import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkDocument, printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { City } from '@civitals/contracts/registry'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { cityOfPilot } from '../city-of-pilot.ts'
import { type Pilot, PilotSchema } from '../pilot.ts'

const file = join(import.meta.dirname, '..', '..', 'data', 'xiqing-pilot.yaml')

/**
 * The pilot on Xiqing Avenue.
 * @throws CIV_SIMULATOR_PILOT when the shipped file is broken.
 */
export async function loadPilot(): Promise<Pilot> {
  const checked = checkDocument(PilotSchema, await readFile(file, 'utf8'), file)
  if (checked.ok) return checked.value
  throw new CivitalsError('CIV_SIMULATOR_PILOT', checked.problems.map(printProblem).join('\n'))
}

/** The demonstration city as the registry takes it: 7 towns, 19 synthetic sites, 4 gateways, 53 terminals. */
export async function demoCity(): Promise<City> {
  const [pilot, profiles] = await Promise.all([loadPilot(), shippedProfiles()])
  return cityOfPilot(pilot, profiles)
}
