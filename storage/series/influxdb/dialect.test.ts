import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Dialect, dialectOf, releases, type Trait } from './dialect.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/influxdb.md'), 'utf8')
const said = ({ told, tested }: Trait<unknown>): string =>
  `${told}; ${tested === false ? 'not tested' : `tested on ${tested}`}`

t.test('docs/influxdb.md says what differs and what is tested', async (t) => {
  for (const trait of Object.keys(dialectOf('1')) as (keyof Dialect)[]) {
    const cells = releases.map((release) => said(dialectOf(release)[trait]))
    t.ok(page.includes(`| ${cells.join(' | ')} |`), `${trait}: ${cells.join(' | ')}`)
  }
})
