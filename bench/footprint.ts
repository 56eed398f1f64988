// Memory and processor time of the whole demonstration at rest, and how long it takes to be ready again.
//   setup/with-node bench/footprint.ts [SECONDS]
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { civitals, temporaryFolder } from '../test/stage/process.ts'
import { bench, median, printFigures } from './run.ts'

const seconds = Number(process.argv[2] ?? 60)
const ticksPerSecond = 100
const pageKiB = 4

interface Usage {
  readonly residentMiB: number
  readonly cpuSeconds: number
}

/** A process and all its descendants, from /proc. */
function family(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => readFileSync(file, 'utf8').split(' '))
  return [pid, ...children.filter(Boolean).flatMap((child) => family(Number(child)))]
}

function usage(pid: number): Usage {
  let [pages, ticks] = [0, 0]
  for (const member of family(pid)) {
    const fields = readFileSync(`/proc/${member}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
    pages += Number(readFileSync(`/proc/${member}/statm`, 'utf8').split(' ')[1])
  }
  return { residentMiB: (pages * pageKiB) / 1024, cpuSeconds: ticks / ticksPerSecond }
}

await bench(async (ending) => {
  const folder = temporaryFolder(ending)
  const starts: number[] = []
  let figures: Usage[] = []
  for (let run = 0; run < 4; run++) {
    const ports = ['--port', String(await freePort()), '--broker-port', String(await freePort())]
    const startedAt = performance.now()
    const running = civitals(ending, 'up', '--data', join(folder, 'var'), ...ports)
    await running.prints(/Civitals is ready/, 120_000)
    starts.push((performance.now() - startedAt) / 1000)
    const last = run === 3
    if (last) {
      await new Promise((resolve) => setTimeout(resolve, 15_000))
      const before = usage(running.child.pid ?? 0)
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      figures = [before, usage(running.child.pid ?? 0)]
    }
    await running.kill('SIGTERM')
  }
  const [before, after] = figures as [Usage, Usage]
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100
  printFigures(`The whole demonstration at rest, ${seconds} s`, [
    { what: 'resident memory, all processes', measured: after.residentMiB, unit: 'MiB', atMost: 700 },
    { what: 'processor', measured: cpu, unit: '% of one core', atMost: 25 },
    { what: 'first start to ready (history included)', measured: starts[0] ?? Number.NaN, unit: 's' },
    { what: 'later start to ready, median of 3', measured: median(starts.slice(1)), unit: 's', atMost: 5 },
  ])
})
