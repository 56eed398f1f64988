// Bytes that turned on their way, on the wire: never admitted, never acknowledged, counted, and taken when they come again whole.
import { encodeEnvelope } from '@civitals/contracts/envelope'
import t from 'tap'
import { envelopeOf } from '../testing/envelopes.ts'
import { openGateway, openStation } from '../testing/io/station.ts'

const closing = (client: { once(event: 'close', heard: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => void client.once('close', () => resolve()))

t.test('a damaged envelope ends its connection, so that what follows it stays behind it', async (t) => {
  await using station = await openStation()
  const { port } = station.ingest
  const damaged = Buffer.from(encodeEnvelope(envelopeOf(1)))
  damaged[20] = (damaged[20] as number) ^ 0x04
  {
    await using gateway = await openGateway(port, 'g1')
    gateway.client.on('error', () => undefined)
    const closed = closing(gateway.client)
    gateway.sendBytes(damaged).catch(() => undefined)
    gateway.send(envelopeOf(2)).catch(() => undefined)
    await closed
  }
  t.equal(station.ingest.rejectCounts()['damaged envelope'], 1)
  t.same(await station.ingest.ledger(), [], 'neither it nor the one behind it is in the accounts')
  await using gateway = await openGateway(port, 'g1')
  await gateway.send(envelopeOf(1))
  await gateway.send(envelopeOf(2))
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 2)
  t.match(await station.ingest.ledger(), [{ spool: 'p1', stored: 2, rejected: 0, duplicates: 0 }])
})

t.test('what is unusable and comes twice just so is settled as rejected, without ado', async (t) => {
  await using station = await openStation()
  await using gateway = await openGateway(station.ingest.port, 'g1')
  const bad = Buffer.from('{"spool":"p1","seq":1,"samples":[{"values":{"a":1,"b":2}}]}')
  await gateway.sendBytes(bad)
  await gateway.sendBytes(bad)
  await gateway.acknowledged(({ spools }) => spools.p1?.upTo === 1)
  t.match(await station.ingest.ledger(), [{ spool: 'p1', stored: 0, rejected: 2 }])
})
