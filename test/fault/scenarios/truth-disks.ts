// Disks that fail, against the ground truth: errors given to the system calls by strace, and small disks that fill up.
import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from '../../stage/process.ts'
import { type Scenario, scaled, type Workshop } from '../scenario.ts'
import { type Acting, against } from '../truth/against.ts'
import type { Found } from '../truth/checker.ts'
import { clockLine } from '../truth/plan.ts'

interface Injection {
  readonly calls: string
  readonly error: 'EIO' | 'ENOSPC'
  /** The first call of a thread that fails, and every so many after it. */
  readonly when: string
}

const injections: readonly Injection[] = [
  { calls: 'fsync,fdatasync', error: 'EIO', when: '25+40' },
  { calls: 'pwrite64', error: 'EIO', when: '120+200' },
  { calls: 'pwrite64', error: 'ENOSPC', when: '120+200' },
]

/** strace as a grandchild (-D), so that the program stays ours to kill; it stops at the named calls only (--seccomp-bpf). */
const failing = ({ calls, error, when }: Injection, trace: string): readonly string[] => [
  ...['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-A', '-o', trace],
  ...['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}:when=${when}`],
]

const nameOf = ({ calls, error }: Injection): string => `${error} on ${calls}`

const injectedIn = (trace: string): number =>
  existsSync(trace) ? readFileSync(trace, 'utf8').split('(INJECTED)').length - 1 : 0

/** At least so many calls must have failed, if it takes no longer than so long. */
const enough = (scale: number): number => scaled(60, scale, 6)
const patienceMs = 120_000

/** A supervisor: starts it again, with the same trouble, as often as it ends, until enough calls have failed. */
async function supervised(startAgain: () => Promise<Running | undefined>, isEnough: () => boolean): Promise<number> {
  const until = Date.now() + patienceMs
  let ends = 0
  while (!isEnough() && Date.now() < until) {
    const running = await startAgain()
    let over = running === undefined
    running?.ended.then(() => {
      over = true
    })
    while (!over && !isEnough() && Date.now() < until) await pause(200)
    if (over) ends++
    else await running?.kill('SIGKILL')
  }
  return ends
}

async function throughInjections(
  { workshop }: Acting,
  startAgain: (before: readonly string[]) => Promise<Running | undefined>,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {}
  for (const [n, injection] of injections.entries()) {
    const trace = join(workshop.folder, `injected-${n}`)
    const isEnough = (): boolean => injectedIn(trace) >= enough(workshop.scale)
    const ended = await supervised(() => startAgain(failing(injection, trace)), isEnough)
    figures[`${nameOf(injection)}: calls that failed`] = injectedIn(trace)
    figures[`${nameOf(injection)}: it ended, times`] = ended
    workshop.say(`${nameOf(injection)}: ${injectedIn(trace)} calls failed, ended ${ended} times`)
  }
  return figures
}

/** Undefined when it ended before it was ready. */
const orEnded = (starting: Promise<Running>): Promise<Running | undefined> => starting.catch(() => undefined)

export const gatewayErrors: Scenario = against({
  name: 'EIO and ENOSPC at the gateway',
  target: 'flushes and writes fail at the gateway: nothing reported as committed is lost but by a gap record, 0 twice',
  minutes: 4,
  lastsMs: () => 60_000,
  async act(acting) {
    const { cast, trial } = acting
    await cast.feeder.kill('SIGKILL')
    const figures = await throughInjections(acting, (before) => orEnded(trial.startFeeder({ before })))
    cast.feeder = await trial.startFeeder()
    await pause(2_000)
    return figures
  },
})

export const centreErrors: Scenario = against({
  name: 'EIO and ENOSPC at the centre',
  target: 'flushes and writes fail at the centre: it stops or recovers, and acknowledges nothing that is not stored',
  minutes: 4,
  lastsMs: () => 60_000,
  async act(acting) {
    const { cast, trial } = acting
    await cast.centre.kill('SIGKILL')
    const figures = await throughInjections(acting, (before) => orEnded(trial.startCentre({ before })))
    cast.centre = await trial.startCentre()
    await pause(2_000)
    return figures
  },
})

/** A disk of its own of so many MiB; gone at the end. Throws where mounting is not permitted. */
function smallDisk({ folder, teardown }: Workshop, name: string, mebibytes: number): string {
  const place = join(folder, name)
  mkdirSync(place)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', place])
  teardown(() => execFileSync('umount', ['-l', place]))
  return place
}

/** Fills a disk but for so many bytes, also those that others free meanwhile. */
function fill(place: string, leave: number): void {
  const file = openSync(join(place, 'filler'), 'w')
  const chunk = Buffer.alloc(64 * 1024, 1)
  try {
    for (
      let { bavail, bsize } = statfsSync(place);
      bavail * bsize > leave + chunk.length;
      { bavail, bsize } = statfsSync(place)
    )
      writeSync(file, chunk)
    if (leave === 0) for (;;) writeSync(file, chunk)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

async function fullAndFreed(place: string, ms: number): Promise<void> {
  await pause(3_000)
  for (const leave of [256 * 1024, 0]) {
    fill(place, leave)
    await pause(ms / 2)
    rmSync(join(place, 'filler'))
    await pause(5_000)
  }
}

const fullMs = (scale: number): number => scaled(60_000, scale, 20_000)

export const gatewayDiskFull: Scenario = against({
  name: 'disk full at the gateway, then freed',
  target: 'the spool has no room while nothing can be sent, then has again: what was committed is stored, 0 twice',
  minutes: 2,
  lastsMs: (scale) => fullMs(scale) + 20_000,
  options: (workshop) => ({ spool: join(smallDisk(workshop, 'edge', 48), 'spool') }),
  async act({ trial, cast, workshop }) {
    trial.proxy.refuse(true)
    await fullAndFreed(join(workshop.folder, 'edge'), fullMs(workshop.scale))
    trial.proxy.refuse(false)
    // A supervisor's part, when the gateway gave up.
    if (cast.feeder.child.exitCode !== null) cast.feeder = await trial.startFeeder()
    await pause(5_000)
    return { 'size of the disk, MiB': 48 }
  },
})

export const centreDiskFull: Scenario = against({
  name: 'disk full at the centre, then freed',
  target: 'stores have no room, then have again: nothing is acknowledged that is not stored, 0 lost, 0 twice',
  minutes: 2,
  lastsMs: (scale) => fullMs(scale) + 20_000,
  options: (workshop) => ({ data: join(smallDisk(workshop, 'centre', 256), 'data') }),
  async act({ trial, cast, workshop }) {
    await fullAndFreed(join(workshop.folder, 'centre'), fullMs(workshop.scale))
    const ended = cast.centre.child.exitCode
    if (ended !== null) cast.centre = await trial.startCentre()
    await pause(5_000)
    return { 'size of the disk, MiB': 256, 'the centre ended by itself': ended === null ? 'no' : `yes, with ${ended}` }
  },
})

const rejectedOnly = ({ rejected }: Found): string | undefined =>
  rejected > 0 ? undefined : 'nothing was refused although an hour ahead'

export const clocks: Scenario = against({
  name: 'clock +1 h, -1 h, 1970',
  target:
    'the gateway’s clock is set an hour ahead, an hour back, to 1970 and right again: every reading is stored at its stamped or, unsynced, its true time, those from the future are refused and counted; 0 lost, 0 twice',
  minutes: 2,
  lastsMs: () => 10_000,
  async act({ cast, workshop: { scale } }) {
    const stepMs = scaled(15_000, scale, 6_000)
    const hour = 3_600_000
    await pause(15_000)
    const settings = [hour, 0, -hour, 0, 'lost', 0, 'lost', 0] as const
    for (const to of settings) {
      cast.feeder.child.stdin?.write(clockLine(to))
      await pause(stepMs)
    }
    return { 'times the clock was set': settings.length }
  },
  also: rejectedOnly,
})
