import { Duplex } from 'node:stream'
import { FakeClock } from '@civitals/contracts/clock'
import t from 'tap'
import { Rs485Stream, type Rs485Switching, type SwitchablePort } from './rs485-stream.ts'

/** A port that notes what is done to it and when; its bytes take 5 ms to leave. */
class NotedPort extends Duplex implements SwitchablePort {
  readonly done: string[] = []
  refuses: Error | null = null
  readonly #clock: FakeClock

  constructor(clock: FakeClock) {
    super()
    this.#clock = clock
  }

  set({ rts }: { readonly rts: boolean }, done: (error: Error | null) => void): void {
    this.#note(`rts ${rts ? 'high' : 'low'}`)
    done(this.refuses)
  }

  drain(done: (error: Error | null) => void): void {
    this.#clock.after(5, () => {
      this.#note('left')
      done(null)
    })
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#note(chunk.toString('hex'))
    done()
  }

  #note(what: string): void {
    this.done.push(`${this.#clock.mono()} ${what}`)
  }
}

function open(switching: Partial<Rs485Switching> = {}) {
  const clock = new FakeClock()
  const port = new NotedPort(clock)
  const stream = new Rs485Stream(
    port,
    { sending: true, beforeMs: 0, afterMs: 0, hearsItself: false, ...switching },
    clock,
  )
  const heard: string[] = []
  stream.on('data', (chunk: Buffer) => heard.push(chunk.toString('hex')))
  stream.on('error', () => undefined)
  return { clock, port, stream, heard }
}

t.test('RTS is raised before the first byte and let go after the last has left', async (t) => {
  const { clock, port, stream } = open({ beforeMs: 2, afterMs: 3 })
  await stream.listen()
  stream.write(Buffer.from('0103', 'hex'))
  stream.write(Buffer.from('0203', 'hex'))
  await clock.advance(100)
  t.same(port.done, [
    '0 rts low',
    ...['0 rts high', '2 0103', '7 left', '10 rts low'],
    ...['10 rts high', '12 0203', '17 left', '20 rts low'],
  ])
})

t.test('the other polarity', async (t) => {
  const { clock, port, stream } = open({ sending: false })
  await stream.listen()
  stream.write(Buffer.from('01', 'hex'))
  await clock.advance(100)
  t.same(port.done, ['0 rts high', '0 rts low', '0 01', '5 left', '5 rts high'])
})

t.test('its own echo is not heard, in whatever pieces it comes; the reply is', async (t) => {
  const { clock, port, stream, heard } = open({ hearsItself: true })
  stream.write(Buffer.from('010300000001', 'hex'))
  await clock.advance(10)
  for (const piece of ['0103', '00', '000001aa', 'bb']) port.push(Buffer.from(piece, 'hex'))
  await new Promise(setImmediate)
  t.equal(heard.join(''), 'aabb')
})

t.test('what is no echo is heard whole from where it differs', async (t) => {
  const { clock, port, stream, heard } = open({ hearsItself: true })
  stream.write(Buffer.from('0103', 'hex'))
  await clock.advance(10)
  port.push(Buffer.from('01ff03', 'hex'))
  await new Promise(setImmediate)
  t.equal(heard.join(''), 'ff03')
})

t.test('without an echo nothing is dropped', async (t) => {
  const { clock, port, stream, heard } = open()
  stream.write(Buffer.from('01', 'hex'))
  await clock.advance(10)
  port.push(Buffer.from('01', 'hex'))
  await new Promise(setImmediate)
  t.equal(heard.join(''), '01')
})

t.test('a port that cannot switch says so', async (t) => {
  const { port, stream } = open()
  port.refuses = new Error('Inappropriate ioctl for device')
  await t.rejects(stream.listen(), /Inappropriate ioctl/)
  const lost = new Promise<Error>((resolve) => stream.once('error', resolve))
  stream.write(Buffer.from('01', 'hex'))
  t.match(await lost, { message: /Inappropriate ioctl/ })
})
