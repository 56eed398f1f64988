import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { openDuckdbSeries } from './io/duckdb.ts'

t.test('a folder another process has open is refused, naming the process; later it opens', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-second-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const writer = join(import.meta.dirname, 'testing/endless-writer.ts')
  const other = spawn(process.execPath, [writer, folder, '1'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(other.stdout, 'data')
  const open = () => openDuckdbSeries({ folder, clock: new FakeClock() })
  await t.rejects(open(), {
    code: 'CIV_STORAGE_SERIES_UNAVAILABLE',
    retryable: true,
    message: new RegExp(`lock[^]*PID ${other.pid}`, 'i'),
  })
  const gone = once(other, 'exit')
  other.kill('SIGKILL')
  await gone
  await using store = await open()
  t.ok((await store.count()) > 0)
})
