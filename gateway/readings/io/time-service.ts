import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { type ClockEvidence, ofChrony, ofNtpq, ofTimedatectl, ofTimesyncd } from '../clock-state.ts'

const patienceMs = 1500

/** Files and programs the evidence is taken from; tests give their own. */
export interface TimeSources {
  readonly timesyncFolder: string
  readonly batteryClockFile: string
  readonly chronyc: string
  readonly timedatectl: string
  readonly ntpq: string
}

const usual: TimeSources = {
  timesyncFolder: '/run/systemd/timesync',
  batteryClockFile: '/sys/class/rtc/rtc0/hctosys',
  chronyc: 'chronyc',
  timedatectl: 'timedatectl',
  ntpq: 'ntpq',
}

/** Asks the machine how its clock stands, the first service that answers. Never rejects, takes a few seconds at most. */
export async function askTimeService(sources: TimeSources = usual): Promise<ClockEvidence> {
  const battery = await readFile(sources.batteryClockFile, 'utf8').catch(() => '')
  return { service: (await serviceOf(sources)) ?? 'none', batteryClock: battery.trim() === '1' }
}

async function serviceOf(sources: TimeSources): Promise<ClockEvidence['service'] | undefined> {
  // The file comes first: it costs no process, and this is asked every minute.
  if (await exists(sources.timesyncFolder)) {
    const file = await stat(`${sources.timesyncFolder}/synchronized`).catch(() => undefined)
    return ofTimesyncd(file?.mtimeMs, Date.now())
  }
  return (
    ofChrony(await said(sources.chronyc, ['-c', 'tracking']), Date.now()) ??
    ofTimedatectl(await said(sources.timedatectl, ['show', '-p', 'NTP', '-p', 'NTPSynchronized'])) ??
    ofNtpq(await said(sources.ntpq, ['-c', 'rv']))
  )
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const said = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: patienceMs, encoding: 'utf8' }, (error, output) => resolve(error ? '' : output))
  })
