// Against Debian's influxd, read back by its own command line: nothing of what is judged here is our decoder.
import { FakeClock } from '@civitals/contracts/clock'
import type { Reading } from '@civitals/contracts/reading'
import t from 'tap'
import { openInfluxdbSeries } from './io/influxdb.ts'
import { influxdMissing, startInfluxd } from './testing/influxd.ts'

const noon = Date.UTC(2026, 5, 12, 12, 0, 0)
const groupOf = (terminal: string): string => terminal.replace(/-.*/, '')
let seq = 1
const batch = (...readings: Reading[]) => ({
  envelopes: [{ gateway: 'gw-1', spool: 's', seq: seq++, readings }],
  receivedAt: noon,
})

t.test('a real InfluxDB 1.x', { skip: influxdMissing }, async (t) => {
  const influxd = await startInfluxd()
  t.teardown(() => influxd.stop())
  const open = (database: string) =>
    openInfluxdbSeries({ url: influxd.url, database, groupOf, clock: new FakeClock(), timeoutMs: 5000 })

  await t.test('measurement, tag, fields and flags are as others expect them', async (t) => {
    await using store = await open('layout')
    await store.write(
      batch(
        { terminal: 'air-1', point: 'pm25', at: noon, value: 35.5, quality: 'good' },
        { terminal: 'air-1', point: 'pm10', at: noon, value: 80, quality: 'uncertain' },
        { terminal: 'air-1', point: 'so2', at: noon, value: null, quality: 'comm_fail' },
        { terminal: 'water-7', point: 'depth', at: noon + 250, value: -0.125, quality: 'good' },
      ),
    )
    t.same(await influxd.cli('layout', 'SELECT * FROM air'), [
      'name,time,pm10,pm10_q,pm25,so2_q,terminal',
      `air,${noon},80,1,35.5,3,air-1`,
    ])
    t.same(await influxd.cli('layout', 'SELECT * FROM water'), [
      'name,time,depth,terminal',
      `water,${noon + 250},-0.125,water-7`,
    ])
    t.same(await influxd.cli('layout', 'SHOW FIELD KEYS FROM air'), [
      'name,fieldKey,fieldType',
      'air,pm10,float',
      'air,pm10_q,integer',
      'air,pm25,float',
      'air,so2_q,integer',
    ])
  })

  await t.test('what was acknowledged is there after a crash of the engine', async (t) => {
    await using store = await open('crash')
    await store.write(batch({ terminal: 'air-1', point: 'pm25', at: noon, value: 1, quality: 'good' }))
    await influxd.kill()
    const next = batch({ terminal: 'air-1', point: 'pm25', at: noon + 1, value: 2, quality: 'good' })
    await t.rejects(store.write(next), { code: 'CIV_STORAGE_SERIES_UNAVAILABLE', retryable: true })
    await influxd.restart()
    t.equal(await store.count(), 1)
    t.same((await store.write(next)).refused, [])
    t.same(await influxd.cli('crash', 'SELECT pm25 FROM air'), ['name,time,pm25', `air,${noon},1`, `air,${noon + 1},2`])
  })

  await t.test('readings the engine will not take are found among the others', async (t) => {
    await using store = await open('conflict')
    // In the same shard: InfluxDB 1.x knows the type of a field by shard.
    const foreign = `air,terminal=air-0 pm99=5i ${noon}`
    await fetch(`${influxd.url}/write?db=conflict&precision=ms`, { method: 'POST', body: foreign })
    const good = Array.from({ length: 200 }, (_, place): Reading => {
      return { terminal: `air-${place}`, point: 'pm25', at: noon, value: place, quality: 'good' }
    })
    const bad = [17, 180].map((place): Reading => {
      return { terminal: `air-${place}`, point: 'pm99', at: noon, value: 1, quality: 'good' }
    })
    const { refused } = await store.write(batch(...good, ...bad))
    t.same(
      refused.map(({ reading }) => reading),
      bad,
    )
    t.match(refused[0]?.reason, /field type conflict/)
    t.same(await influxd.cli('conflict', 'SELECT count(pm25), sum(pm25) FROM air'), [
      'name,time,count,sum',
      'air,0,200,19900',
    ])
  })

  await t.test('a database dropped under us is made again', async (t) => {
    await using store = await open('dropped')
    await influxd.cli('dropped', 'DROP DATABASE dropped')
    await store.write(batch({ terminal: 'air-1', point: 'pm25', at: noon, value: 1, quality: 'good' }))
    t.equal(await store.count(), 1)
  })

  await t.test('a batch of several requests and a range of several pages are whole', async (t) => {
    await using store = await open('large')
    const readings = Array.from({ length: 25_000 }, (_, place): Reading => {
      return { terminal: 'air-1', point: 'pm25', at: noon + place * 1000, value: place, quality: 'good' }
    })
    await store.write(batch(...readings))
    const query = { terminal: 'air-1', point: 'pm25', from: noon, to: noon + 1e9 }
    const rows = await store.range({ ...query, limit: 30_000 })
    t.same(
      rows.map(({ value }) => value),
      readings.map(({ value }) => value),
    )
    t.equal((await store.range({ ...query, limit: 12_345 })).length, 12_345)
    const [, bucket] = await store.range({ ...query, everyMs: 3_600_000 })
    t.same(bucket, { at: noon + 3_600_000, value: 5399.5, quality: 'good', count: 3600, min: 3600, max: 7199 })
  })
})

t.test('a real InfluxDB 1.x that asks who we are', { skip: influxdMissing }, async (t) => {
  const influxd = await startInfluxd({ authentication: true })
  t.teardown(() => influxd.stop())
  const q = "CREATE USER writer WITH PASSWORD 'p:w ä' WITH ALL PRIVILEGES"
  await fetch(`${influxd.url}/query`, { method: 'POST', body: new URLSearchParams({ q }) })
  const open = (password: string) => {
    const login = { username: 'writer', password }
    return openInfluxdbSeries({ url: influxd.url, database: 'city', login, groupOf, clock: new FakeClock() })
  }
  await using store = await open('p:w ä')
  await store.write(batch({ terminal: 'air-1', point: 'pm25', at: noon, value: 1, quality: 'good' }))
  t.equal(await store.count(), 1)
  await t.rejects(open('wrong'), { code: 'CIV_STORAGE_SERIES_DENIED', retryable: false })
})
