// Connects as the product does and leaves: a gateway to a broker, and the centre to it. Run under strace by no-delay.test.ts.
import { systemClock } from '../../contracts/io/system-clock.ts'
import { mqttLink } from '../../gateway/uplink/io/mqtt-connection.ts'
import { openAedesIntake } from '../../ingest/intake/io/aedes.ts'
import { clientIntake } from '../../ingest/intake/io/client.ts'
import { hashPassword } from '../../ingest/registry/password.ts'

const hash = await hashPassword('secret')
const nothing = (): undefined => undefined
const events = {
  ...{ delivery: (_: unknown, taken: () => void) => taken(), status: nothing, reply: nothing, configurations: nothing },
  ...{ listening: nothing, gone: nothing, refused: nothing },
}
const parts = { listen: { host: '127.0.0.1', port: 0 }, clock: systemClock, hashOf: () => hash, events }
const intake = await openAedesIntake(parts)
const url = `mqtt://127.0.0.1:${intake.port}`
const link = mqttLink({ gateway: 'g1', url, password: () => 'secret', clock: systemClock })
const signal = new AbortController().signal
const lastWill = { online: false, at: 1 }
const connection = await link({ lastWill, onAcknowledgement: nothing, onCommand: nothing, signal })
connection.destroy()
// Our broker lets no centre in; the connection stands before it says so.
const centre = await clientIntake({ url, username: 'centre', password: () => 'x' })(parts)
while (centre.trouble?.() === 'the broker has not answered yet') await new Promise((resolve) => setTimeout(resolve, 20))
await centre.close()
await intake.close()
