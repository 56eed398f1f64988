// The client's 2.x lines against a server that is not ours and takes them, read back by that server's own export.
import t from 'tap'
import { dialectOf } from './dialect.ts'
import { LineWriter } from './io/line-writer.ts'
import { linesOf } from './line-protocol.ts'
import { startVictoria, victoriaMissing } from './testing/victoria.ts'

const noon = Date.UTC(2026, 5, 12, 12, 0, 0)

t.test('lines written on the path of 2.x and 3.x', { skip: victoriaMissing }, async (t) => {
  const victoria = await startVictoria()
  t.teardown(() => victoria.stop())
  for (const release of ['2', '3'] as const) {
    const { writePath, refusesLinesBy } = dialectOf(release)
    const path = writePath.is({ database: `city-${release}`, org: 'foshan' })
    const writer = new LineWriter({
      ...{ url: victoria.url, path, headers: {}, timeoutMs: 20_000, refusesLinesBy: refusesLinesBy.is },
    })
    t.teardown(() => writer.close())
    const readings = Array.from({ length: 1000 }, (_, order) => ({
      ...{ terminal: `air-${release}-${order % 10}`, point: 'pm25', at: noon + order * 1000, value: order / 8 },
      quality: order % 100 === 0 ? ('uncertain' as const) : ('good' as const),
    }))
    const envelopes = [{ gateway: 'gw-1', spool: 's', seq: 1, readings }]
    t.same(await writer.send(linesOf(envelopes, () => 'air')), { taken: true })
    for (let terminal = 0; terminal < 10; terminal++) {
      const [series, ...others] = await victoria.exported(`air_pm25{terminal="air-${release}-${terminal}"}`)
      const expected = readings.filter((_, order) => order % 10 === terminal)
      t.same(
        series?.values,
        expected.map(({ value }) => value),
        `values of terminal ${terminal}`,
      )
      t.same(
        series?.timestamps,
        expected.map(({ at }) => at),
      )
      t.same(others, [])
    }
    const [flags] = await victoria.exported(`air_pm25_q{terminal="air-${release}-0"}`)
    t.same(
      flags?.values,
      Array.from({ length: 10 }, () => 1),
      'flags as integers',
    )
  }
})
