// What time services say, as their manuals print it; the programs are stood in for by scripts that print it.
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ofChrony, ofNtpq, ofTimedatectl, ofTimesyncd } from '../clock-state.ts'
import { askTimeService, type TimeSources } from './time-service.ts'

const now = 1_795_570_000_000
const tracking = (heardAt: number, leap: string): string =>
  `CB00710F,203.0.113.15,3,${heardAt}.123456789,-0.000001,-0.00017,0.0021,2.13,-0.004,0.12,0.0102,0.0008,64.2,${leap}\n`

t.test('chrony: a source heard of lately', async (t) => {
  t.equal(ofChrony(tracking(now / 1000 - 60, 'Normal'), now), 'synced')
  t.equal(ofChrony(tracking(now / 1000 - 60, 'Insert second'), now), 'synced')
  t.equal(ofChrony(tracking(now / 1000 - 3 * 3600, 'Normal'), now), 'unsynced', 'it says Normal for days after')
  t.equal(ofChrony(tracking(0, 'Not synchronised'), now), 'unsynced')
  t.equal(ofChrony('506 Cannot talk to daemon\n', now), undefined)
  t.equal(ofChrony('', now), undefined)
})

t.test('timesyncd: a file that it touches', async (t) => {
  t.equal(ofTimesyncd(now - 2_000_000, now), 'synced')
  t.equal(ofTimesyncd(now - 8_000_000, now), 'unsynced')
  t.equal(ofTimesyncd(undefined, now), 'unsynced')
})

t.test('timedatectl: the kernel speaks, for whatever service there is', async (t) => {
  t.equal(ofTimedatectl('NTP=yes\nNTPSynchronized=yes\n'), 'synced')
  t.equal(ofTimedatectl('NTP=no\nNTPSynchronized=yes\n'), 'synced')
  t.equal(ofTimedatectl('NTP=yes\nNTPSynchronized=no\n'), 'unsynced')
  t.equal(ofTimedatectl('NTP=no\nNTPSynchronized=no\n'), 'none', 'nobody keeps it: no reason to distrust it')
  t.equal(ofTimedatectl('System has not been booted with systemd\n'), undefined)
})

t.test('ntpd', async (t) => {
  t.equal(ofNtpq('associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,\n'), 'synced')
  t.equal(ofNtpq('associd=0 status=c016 leap_alarm, sync_unspec, 1 event, restart,\n'), 'unsynced')
  t.equal(ofNtpq('ntpq: read: Connection refused\n'), undefined)
})

t.test('the first service that answers is asked', async (t) => {
  const folder = t.testdir({ rtc: '1\n' })
  const program = (name: string, output: string): string => {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${output}END\n`)
    chmodSync(file, 0o755)
    return file
  }
  const none: TimeSources = {
    timesyncFolder: join(folder, 'timesync'),
    batteryClockFile: join(folder, 'no-rtc'),
    chronyc: join(folder, 'absent'),
    timedatectl: join(folder, 'absent'),
    ntpq: join(folder, 'absent'),
  }
  t.same(await askTimeService(none), { service: 'none', batteryClock: false })
  const seconds = Math.floor(Date.now() / 1000)
  const chrony = { ...none, chronyc: program('chronyc', tracking(seconds, 'Normal')) }
  t.same(await askTimeService(chrony), { service: 'synced', batteryClock: false })
  const control = { ...none, timedatectl: program('timedatectl', 'NTP=yes\nNTPSynchronized=no\n') }
  t.same(await askTimeService({ ...control, batteryClockFile: join(folder, 'rtc') }), {
    service: 'unsynced',
    batteryClock: true,
  })
  mkdirSync(none.timesyncFolder)
  t.equal((await askTimeService(chrony)).service, 'unsynced', 'timesyncd runs and has not heard yet')
  writeFileSync(join(none.timesyncFolder, 'synchronized'), '')
  t.equal((await askTimeService(none)).service, 'synced')
  utimesSync(join(none.timesyncFolder, 'synchronized'), seconds - 9000, seconds - 9000)
  t.equal((await askTimeService(none)).service, 'unsynced')
})
