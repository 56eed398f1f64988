// `civitals export`, `apply` and `definitions` as a shell sees them, against a real desk behind a bare server.
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDesk } from '@civitals/indicators/desk'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { openSqliteState } from '@civitals/storage/sqlite'
import t from 'tap'
import { run } from '../testing/run.ts'

const now = Date.parse('2026-06-12T09:00:00+08:00')
const state = await openSqliteState({ file: ':memory:', migrations: indicatorMigrations })
const desk = await openDesk({ state, now: () => now, dayOf: () => '2026-06-12', onChange: async () => {} })
const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const body = text === '' ? {} : JSON.parse(text)
  const answers: Record<string, () => unknown> = {
    '/api/v1/definitions/files': () => ({ items: desk.export(), next: null }),
    '/api/v1/definitions/plan': () => desk.propose(body.files),
    '/api/v1/definitions': () => desk.apply(body.files, body.plan, { by: 'test', why: body.why }),
  }
  response.end(JSON.stringify(await answers[request.url ?? '']?.()))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
t.teardown(async () => {
  server.close()
  await state.close()
})
const centre = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const shipped = join(import.meta.dirname, '../../indicators/definitions')
const folder = await mkdtemp(join(tmpdir(), 'civitals-definitions-'))

const edit = async (change: (text: string) => string) => {
  const file = join(folder, 'DIGE.yaml')
  await writeFile(file, change(await readFile(file, 'utf8')))
}

t.test('exported, checked, and nothing to change', async (t) => {
  t.equal((await run('export', folder, '--centre', centre)).code, 0)
  t.match(await run('definitions', 'lint', folder), { code: 0, err: /9 files, 0 problems/ })
  t.match(await run('apply', folder, '--centre', centre), { code: 0, out: /nothing to change/ })
})

t.test('a change is shown, and applied only with a reason and a yes', async (t) => {
  await edit((text) =>
    text.replace(
      /( {2}- id: DIGE-01\n(?: {4}.*\n)+)/,
      (one) =>
        `${one}${one
          .replace('version: 1', 'version: 2')
          .replace(/validFrom: .*/, 'validFrom: 2026-07-01')
          .replace(/holdForMinutes: .*/, 'holdForMinutes: 120')}`,
    ),
  )
  t.match(await run('apply', folder, '--centre', centre), {
    code: 0,
    out: /\+ DIGE-01 version 2, from 2026-07-01/,
    err: /nothing was changed/,
  })
  t.match(await run('apply', folder, '--centre', centre, '--why', 'bins are emptied daily'), { code: 2, err: /--yes/ })
  t.match(await run('apply', folder, '--centre', centre, '--why', 'bins are emptied daily', '--yes'), {
    code: 0,
    err: /applied, 1 changes/,
  })
  t.match(await desk.changes(1), [{ key: 'DIGE-01', version: 2, why: 'bins are emptied daily' }])
})

t.test('what is wrong is named by file and line, and fails', async (t) => {
  await cp(join(shipped, 'DIGE.yaml'), join(folder, 'DIGE.yaml'))
  await edit((text) => text.replace('points: [fill]', 'points: [full]'))
  t.match(await run('definitions', 'lint', folder), {
    code: 1,
    out: /^DIGE.yaml:\d+:\d+: indicators.0.inputs.0.points.0: unknown point bin\/full/,
  })
  await edit((text) => text.replace('points: [full]', 'points: [fill]').replace('[0, 5, 10,', '[0, 5, 5,'))
  t.match(await run('apply', folder, '--centre', centre), {
    code: 1,
    out: /! DIGE.yaml:\d+:\d+: .*anchors must strictly rise/,
  })
})

t.test('the schema of a file is JSON Schema', async (t) => {
  const { code, out } = await run('definitions', 'schema')
  t.equal(code, 0)
  t.match(JSON.parse(out), {
    type: 'object',
    required: ['system', 'version', 'validFrom', 'weight', 'owner', 'indicators', 'outOfScope'],
  })
})
