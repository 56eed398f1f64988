// One suite for both ways in: Aedes in this process, and a client of a broker that is not ours.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import { missingMosquitto, mosquitto } from '@civitals/gateway/testing/mosquitto'
import t from 'tap'
import { hashPassword } from '../registry/password.ts'
import { password } from '../testing/city.ts'
import { intakeSuite } from '../testing/intake-suite.ts'
import { openAedesIntake } from './io/aedes.ts'
import { clientIntake } from './io/client.ts'

const hash = await hashPassword(password)
const hashOf = (id: string): string | undefined => (id === 'g1' || id === 'g2' ? hash : undefined)
const listen = { host: '127.0.0.1', port: 0 }

t.test('aedes', (t) =>
  intakeSuite(t, async (t, events) => {
    const intake = await openAedesIntake({ listen, clock: systemClock, hashOf, events })
    t.teardown(() => intake.close())
    return intake
  }),
)

t.test('client of mosquitto', { skip: missingMosquitto() }, (t) =>
  intakeSuite(t, async (t, events) => {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'broker-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    await mosquitto(t, port, folder)
    const intake = await clientIntake({ url: `mqtt://127.0.0.1:${port}` })({
      listen,
      clock: systemClock,
      hashOf,
      events,
    })
    t.teardown(() => intake.close())
    while (intake.figures?.().brokerConnected !== 1) await new Promise(setImmediate)
    return intake
  }),
)
