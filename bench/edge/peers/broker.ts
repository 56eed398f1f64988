// Debian's mosquitto as broker and a centre that only acknowledges: what a gateway's memory and traffic are measured against.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { connectAsync } from 'mqtt'
import { decodeEnvelope } from '../../../contracts/envelope.ts'
import { parseTopic, topicOf } from '../../../contracts/topics.ts'
import { type Ending, start } from '../../../test/stage/process.ts'

export interface AcknowledgingCentre {
  readonly port: number
  /** Monotonic ms (performance.now) of the first good reading, when there was one. */
  firstReadingAt(): number | undefined
  /** Envelopes and readings with a value so far, and payload bytes of these and of the status. */
  counts(): { readonly envelopes: number; readonly readings: number; readonly bytes: number }
}

/** Starts both; every envelope is acknowledged as settled. */
export async function acknowledgingCentre(ending: Ending, folder: string): Promise<AcknowledgingCentre> {
  const port = await freePort()
  const config = join(folder, 'mosquitto.conf')
  mkdirSync(folder, { recursive: true })
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n`)
  const broker = start(ending, '/usr/sbin/mosquitto', ['-c', config, '-v'])
  await broker.prints(/mosquitto version .* running/, 10_000)
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'bench-centre' })
  ending.teardown(() => client.endAsync(true))
  let first: number | undefined
  const counts = { envelopes: 0, readings: 0, bytes: 0 }
  client.on('message', (topic, payload) => {
    counts.bytes += payload.length
    const { gateway, kind } = parseTopic(topic) ?? {}
    if (!gateway || !kind?.startsWith('telemetry/')) return
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) return
    const { spool, seq, samples } = decoded.envelope
    counts.envelopes++
    for (const sample of samples) counts.readings += Object.keys(sample.values).length
    if (counts.readings > 0) first ??= performance.now()
    client.publish(topicOf(gateway, 'ack'), JSON.stringify({ spools: { [spool]: { upTo: seq, above: [] } } }))
  })
  await client.subscribeAsync(['civitals/v1/+/+/telemetry/+', 'civitals/v1/+/+/status'], { qos: 1 })
  return { port, firstReadingAt: () => first, counts: () => ({ ...counts }) }
}
