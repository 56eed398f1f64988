// The runner of the test files tells every way in which one does not hold from one that does, and leaves nothing running.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runFiles } from './run-files.ts'

const files = {
  'holds.mjs': `console.log('TAP version 14\\nok 1 - one\\n1..1')`,
  'fails.mjs': `console.log('TAP version 14\\nnot ok 1 - one\\n1..1')`,
  'ends-early.mjs': `console.log('TAP version 14\\nok 1 - one')`,
  'says-nothing.mjs': ``,
  'has-no-test.mjs': `console.log('TAP version 14\\n1..0')`,
  'exits.mjs': `console.log('TAP version 14\\nok 1 - one\\n1..1'); process.exitCode = 3`,
  'dies.mjs': `console.log('TAP version 14\\nok 1 - one\\n1..1'); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000)`,
  // Its child would hold the output for ten minutes.
  'leaves-one.mjs': `import { spawn } from 'node:child_process'
    const child = spawn('sleep', ['600'], { stdio: 'inherit' })
    child.unref()
    console.log('TAP version 14\\nok 1 - one\\n1..1')`,
}

t.test('what does not hold is named with its reason; the rest is not', async (t) => {
  const root = t.testdir(files)
  const report = join(root, 'report.tap')
  const said: string[] = []
  const failed = await runFiles(root, Object.keys(files), 3, report, (line) => said.push(line))
  t.same(failed.sort(), [
    'dies.mjs: ended by SIGTERM',
    'ends-early.mjs: no plan: it ended early',
    'exits.mjs: exit code 3',
    'fails.mjs: its tests do not hold',
    'has-no-test.mjs: no test ran',
    'says-nothing.mjs: no test ran',
  ])
  t.equal(said.filter((line) => /^ok .* s \S+\.mjs$/.test(line)).length, 2)
  const text = readFileSync(report, 'utf8')
  t.equal(text.match(/^ok \d+ - /gm)?.length, 2)
  t.equal(text.match(/^not ok \d+ - /gm)?.length, 6)
})
