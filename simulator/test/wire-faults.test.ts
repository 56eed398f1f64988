import { connect } from 'node:net'
import t from 'tap'
import { running, wiring } from './running.ts'

/** Sends bytes and returns what comes back within a time, or until the peer closes. */
function exchange(port: number, request: Uint8Array, withinMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    const heard: Buffer[] = []
    const done = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(heard))
    }
    const timer = setTimeout(done, withinMs)
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk)
      if (Buffer.concat(heard).length >= 11) done()
    })
    socket.on('close', done)
    socket.on('error', reject)
  })
}

const ask = (unit: number): Uint8Array => Uint8Array.of(0, 7, 0, 0, 0, 6, unit, 3, 0, 0, 0, 1)

t.test('faults on Modbus TCP: a header that cannot be true, a late reply; a broken stream is hung up on', async (t) => {
  const { simulator, close } = await running('rtu-over-tcp')
  t.teardown(close)
  const { transport, unit } = wiring(simulator, 'road-water-01')
  if (transport.kind !== 'modbus-tcp') return t.fail('not on TCP')
  simulator.command({ terminal: 'road-water-01', point: 'depth', value: 5 })

  const good = Buffer.from(`0007000000050${unit}03020032`, 'hex')
  t.same(await exchange(transport.port, ask(unit), 2000), good)

  simulator.command({ terminal: 'road-water-01', fault: 'bad-crc' })
  const bad = await exchange(transport.port, ask(unit), 2000)
  t.equal(bad.length, good.length)
  t.not(bad.readUInt16BE(2), 0, 'protocol id')
  simulator.command({ terminal: 'road-water-01', fault: 'bad-crc', active: false })

  simulator.command({ terminal: 'road-water-01', fault: 'late-reply', delayMs: 400 })
  t.equal((await exchange(transport.port, ask(unit), 150)).length, 0, 'nothing in time')
  t.same(await exchange(transport.port, ask(unit), 5000), good, 'but later')
  simulator.command({ terminal: 'road-water-01', fault: 'late-reply', active: false })

  t.equal((await exchange(transport.port, Buffer.from('GET / HTTP/1.1\r\n\r\n'), 3000)).length, 0)
})
