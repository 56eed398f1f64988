// The centre wants readings again that its series store has lost: a real gateway's spool and uplink, a real broker and ledger between them.
import { systemClock } from '@civitals/contracts/system-clock'
import { MemorySeries } from '@civitals/storage/series-memory'
import t from 'tap'
import { openSqliteSpool } from '../gateway/spool/io/sqlite-spool.ts'
import { mqttLink } from '../gateway/uplink/io/mqtt-connection.ts'
import { Uplink } from '../gateway/uplink/uplink.ts'
import { password } from '../ingest/testing/city.ts'
import { sampleOf, startAt } from '../ingest/testing/envelopes.ts'
import { openStation } from '../ingest/testing/io/station.ts'
import { eventually, temporaryFolder } from './stage/process.ts'

const envelopes = 40

t.test('what the series store lost comes again from the spool, and no account moves', async (t) => {
  const series = new MemorySeries()
  const write = series.write.bind(series)
  let forgetting = false
  // Says that it has stored, and has not.
  series.write = async (batch) => (forgetting ? { refused: [] } : await write(batch))
  await using station = await openStation({ series })
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
  const spool = await openSqliteSpool({ folder: temporaryFolder(t), limits, clock: systemClock })
  const url = `mqtt://127.0.0.1:${station.ingest.port}`
  const uplink = new Uplink({
    connect: mqttLink({ gateway: 'g1', url, password: () => password, clock: systemClock }),
    ...{ spool, clock: systemClock, random: () => 0 },
    status: () => ({ online: true, at: systemClock.now(), spool: { id: spool.id, ...spool.counters() } }),
    onFailure: (error) => t.fail(String(error)),
  })
  const stop = new AbortController()
  const running = uplink.run(stop.signal)
  const send = async (from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n++) {
      const samples = [sampleOf('t1', startAt + n * 1000, { depth: n })]
      uplink.committed(await spool.append([{ config: 'c', samples, class: 'telemetry' as const }]))
    }
    await eventually(async () => (spool.counters().waiting === 0 ? true : undefined))
  }
  await send(1, 20)
  forgetting = true
  await send(21, 30)
  forgetting = false
  await send(31, envelopes)
  t.equal(await series.count(), 30, 'ten readings were acknowledged and are gone')
  const before = (await station.ingest.ledger())[0]

  await station.ingest.resend({ gateway: 'g1', spool: spool.id, ranges: [[21, 30]], by: 'test', why: 'lost' })
  const [done] = await eventually(async () => {
    const found = await station.ingest.resends()
    return found[0]?.doneAt ? found : undefined
  })
  t.match(done, { gateway: 'g1', missing: [] })
  t.equal(await series.count(), envelopes)
  const after = (await station.ingest.ledger())[0]
  const sums = ({ stored, rejected, setAside, declaredLost, settledUpTo, duplicates } = after!) => ({
    ...{ stored, rejected, setAside, declaredLost },
    settledUpTo,
    duplicates,
  })
  t.same(sums(after), sums(before))
  await eventually(async () => (spool.counters().reopened === 0 ? true : undefined))
  stop.abort()
  await running
  await spool.close()
})
