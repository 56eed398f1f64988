// Debian's mbpoll, built on libmodbus, reads our terminals: an encoder that is not ours judges ours.
import t from 'tap'
import type { Simulator } from '../simulator.ts'
import { run, running, wiring } from './running.ts'

const present = async (program: string, args: readonly string[]): Promise<boolean> =>
  (await run(program, args)).code !== 'ENOENT'
const mbpollThere = await present('mbpoll', ['-h'])
const socatThere = await present('socat', ['-V'])

async function mbpoll(simulator: Simulator, terminal: string, args: readonly string[]): Promise<string> {
  const { transport, unit } = wiring(simulator, terminal)
  const way =
    transport.kind === 'serial'
      ? ['-m', 'rtu', '-b', String(transport.baud), '-P', 'none']
      : ['-m', 'tcp', '-p', String(transport.port)]
  const target = transport.kind === 'serial' ? transport.path : transport.host
  return (await run('mbpoll', [...way, '-a', String(unit), '-0', '-1', ...args, target])).text
}

/** Numbers mbpoll prints behind `[reference]:`, negative ones with their raw value before them. */
const values = (text: string): number[] =>
  [...text.matchAll(/^\[\d+\]:\s+(\S+)(?: \((-\d+)\))?/gm)].map((match) => Number(match[2] ?? match[1]))

t.test('over Modbus TCP', { skip: mbpollThere ? false : 'mbpoll is not installed' }, async (t) => {
  const { simulator, close } = await running('rtu-over-tcp')
  t.teardown(close)
  const set = (terminal: string, point: string, value: number) => simulator.command({ terminal, point, value })

  await t.test('signed 16-bit holding registers', async (t) => {
    set('road-water-01', 'depth', -1.2)
    set('road-water-01', 'battery', 12.84)
    t.same(values(await mbpoll(simulator, 'road-water-01', ['-r', '0', '-c', '2'])), [-12, 1284])
  })
  await t.test('32-bit integers, low word first', async (t) => {
    set('manhole-01', 'level', 1.234)
    set('manhole-01', 'freeboard', -0.05)
    t.same(values(await mbpoll(simulator, 'manhole-01', ['-t', '3:int', '-r', '0', '-c', '2'])), [1234, -50])
  })
  await t.test('32-bit integers, high word first', async (t) => {
    set('parking-01', 'occupied', 70_001)
    t.same(values(await mbpoll(simulator, 'parking-01', ['-t', '4:int', '-B', '-r', '0', '-c', '2'])), [70_001, 320])
  })
  await t.test('floats in both word orders, over the gap to their neighbours', async (t) => {
    set('noise-01', 'laeq', 61.5)
    t.same(values(await mbpoll(simulator, 'noise-01', ['-t', '4:float', '-B', '-r', '0', '-c', '1'])), [61.5])
    set('river-01', 'level', 2.75)
    set('river-01', 'velocity', -0.5)
    t.same(values(await mbpoll(simulator, 'river-01', ['-t', '4:float', '-r', '10', '-c', '2'])), [2.75, -0.5])
  })
  await t.test('coils and discrete inputs', async (t) => {
    set('cover-01', 'open', 1)
    t.same(values(await mbpoll(simulator, 'cover-01', ['-t', '0', '-r', '0', '-c', '1'])), [1])
    t.same(values(await mbpoll(simulator, 'hydrant-01', ['-t', '1', '-r', '0', '-c', '1'])), [0])
  })
  await t.test('exceptions: address, function, target', async (t) => {
    t.match(await mbpoll(simulator, 'road-water-01', ['-r', '2', '-c', '1']), /Illegal data address/)
    const { transport, unit } = wiring(simulator, 'road-water-01')
    if (transport.kind !== 'modbus-tcp') return t.fail('not on TCP')
    const port = String(transport.port)
    const write = await run('mbpoll', ['-m', 'tcp', '-p', port, '-a', String(unit), '-0', '-r', '0', '127.0.0.1', '5'])
    t.match(write.text, /Illegal function/)
    const stranger = await run('mbpoll', ['-m', 'tcp', '-p', port, '-a', '99', '-0', '-1', '-r', '0', '127.0.0.1'])
    t.match(stranger.text, /Target device failed to respond/)
  })
  await t.test('a silent terminal times out', async (t) => {
    simulator.command({ terminal: 'road-water-01', fault: 'silent' })
    t.match(await mbpoll(simulator, 'road-water-01', ['-r', '0', '-o', '0.2']), /timed out/)
    simulator.command({ terminal: 'road-water-01', fault: 'silent', active: false })
    t.equal(values(await mbpoll(simulator, 'road-water-01', ['-r', '0'])).length, 1)
  })
})

const serialSkip = !mbpollThere ? 'mbpoll is not installed' : !socatThere ? 'socat is not installed' : false
t.test('over RTU on a pseudo-terminal', { skip: serialSkip }, async (t) => {
  const { simulator, close } = await running('pty')
  t.teardown(close)
  const set = (terminal: string, point: string, value: number) => simulator.command({ terminal, point, value })

  for (const [terminal, baud] of [
    ['road-water-04', 9600],
    ['road-water-05', 115_200],
  ] as const) {
    await t.test(`at ${baud} baud`, async (t) => {
      t.match(wiring(simulator, terminal).transport, { kind: 'serial', baud })
      set(terminal, 'depth', 15.3)
      set(terminal, 'battery', 13.01)
      t.same(values(await mbpoll(simulator, terminal, ['-r', '0', '-c', '2'])), [153, 1301])
    })
  }
  await t.test('floats, input registers and coils', async (t) => {
    set('traffic-05', 'speed', 42.5)
    t.same(values(await mbpoll(simulator, 'traffic-05', ['-t', '3:float', '-r', '102', '-c', '1'])), [42.5])
    t.same(values(await mbpoll(simulator, 'cover-03', ['-t', '0', '-r', '0', '-c', '1'])), [0])
  })
  await t.test(
    'a bad CRC is seen, a unit that does not exist stays silent, an address outside is refused',
    async (t) => {
      simulator.command({ terminal: 'road-water-04', fault: 'bad-crc' })
      t.match(await mbpoll(simulator, 'road-water-04', ['-r', '0', '-o', '0.3']), /Invalid CRC/)
      simulator.command({ terminal: 'road-water-04', fault: 'bad-crc', active: false })
      t.match(await mbpoll(simulator, 'road-water-04', ['-r', '7']), /Illegal data address/)
      const { transport } = wiring(simulator, 'road-water-04')
      if (transport.kind !== 'serial') return t.fail('not serial')
      const args = ['-m', 'rtu', '-b', '9600', '-P', 'none', '-a', '99', '-0', '-1', '-o', '0.3', transport.path]
      t.match((await run('mbpoll', args)).text, /timed out/)
    },
  )
})
