import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { storeChoice } from './io/store-choice.ts'

const url = 'http://127.0.0.1:8086/city'
const choose = (options: Record<string, string>, environment: Record<string, string> = {}) =>
  storeChoice({ options, positionals: [], lists: {} }, environment)
const place = { engine: 'influxdb', url: 'http://127.0.0.1:8086', database: 'city', release: '1', login: {} }

t.test('DuckDB unless an InfluxDB is named, by option or environment', async (t) => {
  t.same(choose({}), { engine: 'duckdb' })
  t.same(choose({ store: 'duckdb' }, { CIVITALS_STORE_URL: url }), { engine: 'duckdb' })
  t.same(choose({ 'store-url': url }), place)
  t.same(choose({}, { CIVITALS_STORE_URL: url }), place)
  t.same(choose({ store: 'influxdb', 'store-url': url }), place)
  t.same(choose({ 'store-url': url, 'store-release': '2' }, { CIVITALS_STORE_ORG: 'foshan' }), {
    ...{ ...place, release: '2', org: 'foshan' },
  })
})

t.test('user, password and token come from the environment or from files', async (t) => {
  const file = join(t.testdir(), 'token')
  writeFileSync(file, 'abc\nanother line\n')
  const environment = { CIVITALS_STORE_USER: 'w', CIVITALS_STORE_PASSWORD: 'p@:/', CIVITALS_STORE_TOKEN_FILE: file }
  t.match(choose({ 'store-url': url }, environment), { login: { username: 'w', password: 'p@:/', token: 'abc' } })
  t.match(choose({ 'store-url': 'http://writer@h:1/city' }), { url: 'http://h:1', login: { username: 'writer' } })
  const missing = { CIVITALS_STORE_PASSWORD_FILE: join(t.testdir(), 'none') }
  t.throws(() => choose({ 'store-url': url }, missing), { code: 'CIV_CLI_FILE' })
})

t.test('what makes no sense is a usage error, and no secret is repeated in it', async (t) => {
  for (const options of [
    { store: 'influxdb' },
    { store: 'duckdb', 'store-url': url },
    { store: 'other' },
    { 'store-url': 'http://127.0.0.1:8086' },
    { 'store-url': 'http://127.0.0.1:8086/a/b' },
    { 'store-url': 'ftp://127.0.0.1/city' },
    { 'store-url': url, 'store-release': '4' },
  ]) {
    t.throws(() => choose(options), { code: 'CIV_CLI_USAGE' }, JSON.stringify(options))
  }
  for (const secret of ['http://w:s3cret@h:1/city', 'http://w:s3cret@h:1/']) {
    try {
      choose({ 'store-url': secret })
      t.fail('taken')
    } catch (error) {
      t.match(error, { code: 'CIV_CLI_USAGE' })
      t.notMatch(String(error), /s3cret/)
    }
  }
})
