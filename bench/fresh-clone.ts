// A fresh clone in an empty folder, started as a newcomer starts it: `npm start` to the ready line, set-up included.
//   setup/with-node bench/fresh-clone.ts
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { root, start, temporaryFolder } from '../test/stage/process.ts'
import { bench, printFigures } from './run.ts'

await bench(async (ending) => {
  const clone = join(temporaryFolder(ending), 'civitals')
  execFileSync('git', ['clone', '-q', root, clone])
  // The machine's own Node, not the one this bench runs on.
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
  const words = ['start', '--', '--port', String(await freePort()), '--broker-port', String(await freePort())]
  const startedAt = performance.now()
  const running = start(ending, 'npm', ['--prefix', clone, ...words], { PATH: path.join(':') })
  await running.prints(/Civitals is ready/, 600_000)
  const seconds = (performance.now() - startedAt) / 1000
  // npm does not pass the signal on to what it started.
  execFileSync('pkill', ['-TERM', '-f', `${clone}/cli/main.ts up`])
  await running.ended
  printFigures('Fresh clone', [{ what: 'npm start to the ready line', measured: seconds, unit: 's', atMost: 180 }])
})
