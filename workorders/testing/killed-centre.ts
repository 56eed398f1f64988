// A centre that commits one onset and waits to be killed while its receiver keeps it hanging. Arguments: file, URL.
import { systemClock } from '@civitals/contracts/system-clock'
import { openWorkorders } from '../workorders.ts'
import { handOn, openState, quiet, registry, transition } from './centre.ts'

const [file = '', url = ''] = process.argv.slice(2)
const state = await openState(file)
const webhooks = { allow: ['127.0.0.1'] }
const centre = await openWorkorders({ state, registry, clock: systemClock, logger: quiet, webhooks })
const { secret } = await centre.addEndpoint({ url, types: ['civitals.alarm.onset'] })
await handOn(state, centre, transition())
process.stdout.write(`${secret}\n`)
