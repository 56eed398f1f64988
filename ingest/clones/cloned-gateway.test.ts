// Two boxes with one id on the wire: which of them is heard, what the other is told, and what becomes of its readings.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { encodeEnvelope } from '@civitals/contracts/envelope'
import { freePort } from '@civitals/contracts/testing/free-port'
import { topicOf } from '@civitals/contracts/topics'
import { missingMosquitto, mosquitto } from '@civitals/gateway/testing/mosquitto'
import { openSqliteState } from '@civitals/storage/sqlite'
import type { MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import type { Ingest } from '../ingest.ts'
import { clientIntake } from '../intake/io/client.ts'
import { ingestMigrations } from '../migrations.ts'
import { envelopeOf } from '../testing/envelopes.ts'
import { connectGateway, openStation } from '../testing/io/station.ts'

const spoolOf = (id: string) => ({
  ...{ id, newestSeq: 1, waiting: 1, waitingReadings: 1, producedReadings: 1, declaredLost: 0, bytes: 1 },
})

async function until(t: Test, what: () => boolean | Promise<boolean>, name: string): Promise<void> {
  for (let turns = 0; !(await what()) && turns < 300; turns++) await pause(10)
  t.ok(await what(), name)
}

/** A box of gateway g1: logs in as ours do, says who it is and delivers envelope `seq`. */
async function box(port: number, boot: string, spool: string, seq: number, told = true): Promise<MqttClient> {
  const payload = Buffer.from(JSON.stringify({ online: false, at: Date.now(), ...(told && { boot }) }))
  const client = await connectGateway(port, 'g1', {
    will: { topic: topicOf('g1', 'status'), payload, qos: 1, retain: true },
  })
  client.on('error', () => undefined)
  const status = JSON.stringify({ online: true, at: Date.now(), boot, spool: spoolOf(spool) })
  client.publish(topicOf('g1', 'status'), status, { qos: 1, retain: true }, () => undefined)
  const bytes = Buffer.from(encodeEnvelope(envelopeOf(seq, { spool })))
  client.publish(topicOf('g1', 'telemetry/live'), bytes, { qos: 1 }, () => undefined)
  return client
}

const settledOf = async (ingest: Ingest, spool: string): Promise<number> =>
  (await ingest.ledger()).find((row) => row.spool === spool)?.settledUpTo ?? 0

t.test('in our own broker', async (t) => {
  await using state = await openSqliteState({ file: ':memory:', migrations: ingestMigrations })
  {
    await using station = await openStation({ state })
    const { ingest } = station
    const clients: MqttClient[] = []
    const found: string[] = []
    using _ = ingest.subscribeClones(({ addresses }) => found.push(addresses.join(' ')))
    const arrives = async (boot: string, spool: string, seq: number): Promise<MqttClient> => {
      const client = await box(ingest.port, boot, spool, seq)
      clients.push(client)
      await until(t, async () => (await settledOf(ingest, spool)) >= seq, `${boot} delivers ${spool}/${seq}`)
      return client
    }
    await arrives('a', 's1', 1)
    await arrives('b', 's2', 1)
    t.same(ingest.clones(), [], 'it may be a replacement')
    const kept = await arrives('a', 's1', 2)
    t.match(ingest.clones(), [{ kept: { boot: 'a', address: /^127\.0\.0\.1:\d+$/ }, refused: [{ boot: 'b' }] }])
    t.match(found, [/^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/], 'both addresses')

    await t.rejects(box(ingest.port, 'b', 's2', 2), /Identifier rejected/, 'told at its login')
    const silent = await box(ingest.port, 'b', 's2', 2, false)
    await until(t, () => !silent.connected, 'or with its first status, when its will says nothing')
    t.notOk(kept.connected, 'then it has ended the session of the other')
    await arrives('a', 's1', 3)
    t.equal(await settledOf(ingest, 's2'), 1, 'nothing of it is settled')
    t.ok(ingest.rejectCounts()['cloned gateway'] >= 1)
    await until(
      t,
      async () => (await ingest.rejects({})).items.some(({ reason }) => reason === 'cloned gateway'),
      'listed',
    )
    await Promise.all(clients.map((client) => client.endAsync(true)))
  }
  await using again = await openStation({ state })
  const { ingest } = again
  await t.rejects(box(ingest.port, 'b', 's2', 2), /Identifier rejected/, 'a restart of the centre forgets nothing')
  await ingest.releaseClone({ gateway: 'g1', keep: 'b', by: 'li' })
  const chosen = await box(ingest.port, 'b', 's2', 2)
  await until(t, async () => (await settledOf(ingest, 's2')) === 2, 'what it kept meanwhile arrives')
  await t.rejects(ingest.releaseClone({ gateway: 'g1', by: 'li' }), { code: 'CIV_INGEST_UNKNOWN_CLONE' })
  await chosen.endAsync(true)
})

t.test('behind a broker that is not ours', { skip: missingMosquitto() }, async (t) => {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'broker-'))]
  t.teardown(() => rmSync(folder, { recursive: true }))
  await mosquitto(t, port, folder)
  await using station = await openStation({ openIntake: clientIntake({ url: `mqtt://127.0.0.1:${port}` }) })
  const { ingest } = station
  await until(t, () => ingest.health().facts.brokerConnected === 1, 'connected')
  const clients: MqttClient[] = []
  for (const [boot, spool, seq] of [
    ['a', 's1', 1],
    ['b', 's2', 1],
    ['a', 's1', 2],
  ] as const) {
    clients.push(await box(port, boot, spool, seq))
    await until(t, async () => (await settledOf(ingest, spool)) >= seq, `${boot} delivers ${spool}/${seq}`)
  }
  t.match(ingest.clones(), [{ kept: { boot: 'a', address: null }, refused: [{ boot: 'b' }] }])
  clients.push(await box(port, 'b', 's2', 2))
  await until(t, () => ingest.rejectCounts()['cloned gateway'] >= 1, 'refused')
  clients.push(await box(port, 'a', 's1', 3))
  await until(t, async () => (await settledOf(ingest, 's1')) === 3, 'the kept one goes on')
  t.equal(await settledOf(ingest, 's2'), 1)
  await Promise.all(clients.map((client) => client.endAsync(true)))
})
