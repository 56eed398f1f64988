// A link so thin that one envelope takes longer than the silence a session bears: it arrives all the same, and a dead link is still found.
import { type Acknowledgement, acknowledge } from '@civitals/contracts/acknowledgement'
import { FakeClock } from '@civitals/contracts/clock'
import { decodeEnvelope } from '@civitals/contracts/envelope'
import { addInterval, type Intervals } from '@civitals/contracts/intervals'
import t from 'tap'
import { memorySpool } from '../spool/memory.ts'
import type { Connect } from './connection.ts'
import { Uplink } from './uplink.ts'

/** Carries so many bytes a second one way, in order, whole or not at all; the other side speaks only when an envelope is there. */
class ThinLink {
  bytesPerSecond: number
  sessions = 0
  sends = 0
  readonly lostAfterMs: number[] = []
  readonly #clock: FakeClock
  #settled: Intervals = []

  constructor(clock: FakeClock, bytesPerSecond: number) {
    this.#clock = clock
    this.bytesPerSecond = bytesPerSecond
  }

  readonly connect: Connect = async ({ onAcknowledgement }) => {
    this.sessions++
    const clock = this.#clock
    const since = clock.mono()
    const over = Promise.withResolvers<string>()
    let [ends, gone, freeAt] = [false, false, since]
    over.promise.then(() => this.lostAfterMs.push(clock.mono() - since))
    const connection = {
      send: (_lane: string, payload: Uint8Array) => {
        this.sends++
        freeAt = Math.max(freeAt, clock.mono()) + (payload.length / this.bytesPerSecond) * 1000
        if (Number.isFinite(freeAt)) clock.after(freeAt - clock.mono(), () => arrived(payload))
      },
      sendConfigurations: () => undefined,
      sendReply: () => undefined,
      sendStatus: () => undefined,
      end: async () => undefined,
      destroy: () => {
        gone = true
        if (!ends) over.resolve('destroyed')
        ends = true
      },
      closed: over.promise,
      heardAt: since,
      bytesSent: 0,
      unsentBytes: 0,
    }
    const arrived = (payload: Uint8Array): void => {
      const decoded = decodeEnvelope(payload)
      if (gone || !decoded.ok) return
      const { seq } = decoded.envelope
      this.#settled = addInterval(this.#settled, seq, seq)
      connection.heardAt = clock.mono()
      const told: Acknowledgement = { spools: { s1: acknowledge(this.#settled) } }
      onAcknowledgement(told)
    }
    return connection
  }
}

async function build(bytesPerSecond: number, envelopeBytes: readonly number[]) {
  const clock = new FakeClock()
  const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 1e12, compress: false }
  const spool = memorySpool({ id: 's1', limits, clock })
  const link = new ThinLink(clock, bytesPerSecond)
  for (const bytes of envelopeBytes) {
    const values = { text: 'x'.repeat(bytes) }
    const samples = [{ terminal: 't1', at: clock.now(), clock: 'synced' as const, values }]
    await spool.append([{ config: 'c', samples, class: 'telemetry' }])
  }
  const uplink = new Uplink({
    ...{ connect: link.connect, spool, clock, random: () => 0.5 },
    status: () => ({ online: true, at: clock.now() }),
    onFailure: (error) => t.error(error),
  })
  void uplink.run(new AbortController().signal)
  const settledWithin = async (seconds: number): Promise<boolean> => {
    for (let second = 0; second < seconds && spool.counters().waiting > 0; second++) await clock.advance(1000)
    return spool.counters().waiting === 0
  }
  return { clock, spool, link, settledWithin }
}

t.test('an envelope of 100 kB over 1 kB/s arrives with its first sending', async (t) => {
  const { link, settledWithin } = await build(1000, [100_000])
  t.ok(await settledWithin(110))
  t.same([link.sessions, link.sends], [1, 1])
})

t.test('where the link is thinner than anybody thought, patience grows until it is carried', async (t) => {
  const { link, settledWithin } = await build(200, [100_000, 100_000])
  t.ok(await settledWithin(3600))
  t.ok(link.sessions <= 4, `${link.sessions} sessions`)
  t.ok(link.sends <= 6, `${link.sends} sendings of two envelopes`)
})

t.test('a link that stops carrying is found within 30 s, with what a session begins with under way', async (t) => {
  const { clock, link } = await build(Number.MIN_VALUE, Array(100).fill(300))
  await clock.advance(30_000)
  t.equal(link.lostAfterMs.length, 1)
  t.ok((link.lostAfterMs[0] ?? 0) <= 30_000)
})

t.test('so is one that was fast before', async (t) => {
  const { clock, spool, link, settledWithin } = await build(1_000_000, Array(200).fill(1000))
  t.ok(await settledWithin(60))
  link.bytesPerSecond = Number.MIN_VALUE
  const values = { text: 'x'.repeat(10_000) }
  const sample = { terminal: 't1', at: clock.now(), clock: 'synced' as const, values }
  await spool.append(
    Array.from({ length: 40 }, () => ({ config: 'c', samples: [sample], class: 'telemetry' as const })),
  )
  for (let second = 0; second < 30; second++) await clock.advance(1000)
  t.equal(link.lostAfterMs.length, 1)
})
