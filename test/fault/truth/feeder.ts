// A gateway whose terminals are made up, in a process of its own: real batcher, spool and uplink, and beside them a log of what was offered and
// what the spool reported as committed. The log is written before anything is believed, and never read here.
//   node feeder.ts PLAN.json

import { randomUUID } from 'node:crypto'
import { openSync, readFileSync, writeSync } from 'node:fs'
import type { Clock } from '@civitals/contracts/clock'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { Batcher } from '../../../gateway/readings/batcher.ts'
import { TimeKeeper } from '../../../gateway/readings/time-keeper.ts'
import { openSqliteSpool } from '../../../gateway/spool/io/sqlite-spool.ts'
import type { SpoolRow } from '../../../gateway/spool/spool.ts'
import { statusOf } from '../../../gateway/status.ts'
import { mqttLink } from '../../../gateway/uplink/io/mqtt-connection.ts'
import { Uplink } from '../../../gateway/uplink/uplink.ts'
import { batteryOf, depthOf, type FeederPlan } from './plan.ts'

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FeederPlan
const log = openSync(plan.log, 'a')
const write = (line: string): void => void writeSync(log, `${line}\n`)

/** How far the box's clock is off: somebody sets it. */
let offsetMs = 0
const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs }
process.stdin.on('data', (line: Buffer) => {
  const [, to] = /clock (\S+)\n$/.exec(line.toString()) ?? []
  if (to !== undefined) offsetMs = to === 'lost' ? -Date.now() : Number(to)
})

// Until here nothing is promised: the plan is read, the log is open, the disk is asked.
const limits = { budgetBytes: plan.budgetBytes, keepAcknowledgedMs: 72 * 3_600_000, compress: plan.compress }
const spool = await openSqliteSpool({ folder: plan.spool, limits, clock })
write(`s ${spool.id}`)
const boot = randomUUID()
const time = new TimeKeeper(clock, boot)
const numbers = new Map<string, number>()
let number = Number(process.hrtime.bigint() / 1000n)

function committed(rows: readonly SpoolRow[]): void {
  for (const { seq, payload } of rows) {
    const decoded = decodeEnvelope(payload)
    if (!decoded.ok) throw new Error(decoded.reason)
    const named = decoded.envelope.samples.map(({ terminal, at }) => {
      const known = numbers.get(`${terminal}@${at}`)
      numbers.delete(`${terminal}@${at}`)
      return known
    })
    write(`c ${decoded.envelope.spool} ${seq} ${named.join(' ')}`)
  }
  uplink.committed(rows)
}

const batcher = new Batcher({
  ...{
    spool,
    clock,
    config: 'fault',
    lingerMs: plan.everyMs,
    takeClockFix: () => time.takeFix(),
    onCommitted: committed,
  },
  onRefused: (error) => {
    if (!(error instanceof CivitalsError) || !error.retryable) ended(3, String(error))
  },
})
const bytesSent = (): number => uplink.bytesSent
const committing = () => batcher.state
const sources = { clock, spool, boot, version: 'fault', bytesSent, lines: () => [], config: () => 'fault', committing }
const startedAt = clock.mono()
const uplink = new Uplink({
  connect: mqttLink({
    ...{ gateway: plan.gateway, url: `mqtt://127.0.0.1:${plan.port}`, clock, qos: plan.qos },
    password: () => readFileSync(plan.passwordFile, 'utf8').trim(),
  }),
  ...{ spool, clock, random: Math.random, statusEveryMs: 1000 },
  status: () => statusOf({ ...sources, clockState: () => time.state() }, startedAt),
  onFailure: (error) => process.stderr.write(`${error}\n`),
})

function ended(code: number, why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(code)
}

let newest = 0
function make(): void {
  // A clock that is set back must not give two samples one time: those would be one.
  const at = Math.max(clock.now(), clock.now() === newest ? newest + 1 : 0)
  newest = at
  const lines: string[] = []
  for (const [place, terminal] of plan.terminals.entries()) {
    const name = ++number
    const depth = depthOf(name, Date.now(), plan.highFrom[place] ?? Number.POSITIVE_INFINITY)
    const stamp = time.stamp(at)
    numbers.set(`${terminal}@${stamp.at}`, name)
    lines.push(`o ${name} ${terminal} ${stamp.at} ${Date.now() + (at - clock.now())} ${stamp.clock} ${depth}`)
    pending.push({ terminal, ...stamp, values: { depth, battery: batteryOf(name) } })
  }
  write(lines.join('\n'))
  for (const sample of pending.splice(0)) batcher.add(sample, 'telemetry')
}
const pending: Parameters<Batcher['add']>[0][] = []

const stop = new AbortController()
const running = uplink.run(stop.signal)
const making = plan.makes ? setInterval(make, plan.everyMs) : undefined
process.stdout.write('feeding\n')
// With nothing to make: until all that waits is acknowledged.
const look = setInterval(() => {
  if (plan.makes || spool.counters().waiting > 0) return
  process.emit('SIGTERM')
}, 200)
process.once('SIGTERM', async () => {
  clearInterval(making)
  clearInterval(look)
  await batcher.flush()
  // The last status tells the accounts.
  uplink.statusChanged()
  await new Promise((resolve) => setTimeout(resolve, 300))
  stop.abort()
  await running
  process.stdout.write(`${JSON.stringify({ spool: spool.id, ...spool.counters() })}\n`)
  await spool.close()
  process.exit(0)
})
