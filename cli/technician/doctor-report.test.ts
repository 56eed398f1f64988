// The report as it is pasted: sections, next steps under what is not ok, a verdict that says where to begin.
import type { Finding } from '@civitals/gateway/doctor/finding'
import t from 'tap'
import { printDoctor } from './doctor-report.ts'
import { wrap } from './print.ts'

const disk: Finding = { section: 'disk', verdict: 'ok', seen: 'room for 512 MiB' }
const clock: Finding = { section: 'clock', verdict: 'warning', seen: 'no time service answers', next: 'install chrony' }
const broker: Finding = { section: 'broker', verdict: 'failure', seen: 'wrong password', next: 'copy it again' }

t.test('findings stand under their section, in the order of work', async (t) => {
  t.equal(
    printDoctor('the title', 'failure', [broker, disk, clock]),
    `the title

clock
  warning  no time service answers
           -> install chrony

disk
  ok       room for 512 MiB

broker
  failure  wrong password
           -> copy it again

verdict: 1 failure (broker), 1 warning (clock)
`,
  )
  t.match(printDoctor('the title', 'ok', [disk]), /\nverdict: ok, 1 check\n$/)
})

t.test('long lines break between words, not between a number and its unit, and paths stay whole', async (t) => {
  t.same(wrap('the budget of 512 MiB', 17), ['the budget of', '512 MiB'])
  t.same(wrap('in 3 min 20 s ago', 9), ['in 3 min', '20 s ago'])
  const path = '/dev/serial/by-id/usb-FTDI_USB-RS485-if00-port0'
  t.same(wrap(`port ${path} is free`, 20), ['port', path, 'is free'])
})
