// Crash images of the spool and of the centre, at the size of the promise.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { seeded } from '../../stage/seeded.ts'
import { type Check, checkCentre, checkSpool } from '../crash-images/checks.ts'
import { openCrashImages } from '../crash-images/crash-images.ts'
import { record } from '../crash-images/record.ts'
import { type Scenario, scaled } from '../scenario.ts'

/** Images an instant beside the strictest: with some of what was never flushed, in part torn. */
const lucky = 2

const powerLoss = (name: string, program: string, envelopes: number, minutes: number, check: Check): Scenario => ({
  name: `power loss: ${name}`,
  target: `200 random instants, each rebuilt strictly and ${lucky} times with some of the unflushed: everything reported is there`,
  minutes,
  async run({ folder, seed, scale, say }) {
    const root = join(folder, 'data')
    mkdirSync(root)
    const operations = await record(program, root, folder, String(scaled(envelopes, Math.max(scale, 0.2))))
    say(`${operations.length} operations recorded`)
    const instants = scaled(200, scale)
    const random = seeded(seed)
    const { images, reported, failures, ...run } = await openCrashImages({
      ...{ operations, root, scratch: folder, instants, lucky, random, check },
    })
    return {
      held: failures.length === 0,
      seen: `${images} images of ${run.instants} instants, ${reported} envelopes reported: ${failures.length} wrong${failures.length > 0 ? `, first: ${failures[0]}` : ''}`,
      figures: { operations: run.operations, instants: run.instants, images, reported, wrong: failures.length },
    }
  },
})

export const spoolPowerLoss: Scenario = powerLoss('the spool of a gateway', 'spool', 600, 2, checkSpool)
export const centrePowerLoss: Scenario = powerLoss('the centre, both stores', 'centre', 400, 3, checkCentre)
