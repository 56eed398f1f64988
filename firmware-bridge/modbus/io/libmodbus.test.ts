// Terminals that are not ours and go wrong by themselves: the faults of libmodbus' own test server, over TCP and over a serial line.
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import t, { type Test } from 'tap'
import { compiled, libmodbusServer, missingLibmodbus } from '../../testing/libmodbus.ts'
import { missingProgram, ptyPair, start, until } from '../../testing/processes.ts'
import type { ModbusTransport } from '../../transport.ts'
import type { ModbusLine, ModbusTable } from '../line.ts'
import { openModbusLine } from './open-line.ts'

const skip = missingLibmodbus()
const program = skip ? '' : compiled(libmodbusServer, t.testdir())
const read = (table: ModbusTable, address: number, count: number) => ({ unit: 1, function: table, address, count })
const fault = { short: 0x160, busy: 0x170, stranger: 0x171, late: 0x172, slow: 0x173 } as const

async function served(t: Test, args: readonly string[], transport: ModbusTransport): Promise<ModbusLine> {
  const server = start(program, args)
  const line = await openModbusLine(transport, { clock: systemClock, timeoutMs: 350 })
  t.teardown(async () => {
    await line.close()
    await server.end()
  })
  await answersAgain(line)
  return line
}

const answersAgain = (line: ModbusLine): Promise<void> =>
  until(async () => (await line.transact(read('holding', 0, 1))).ok)

async function isRight(t: Test, line: ModbusLine, address: number): Promise<void> {
  t.match(await line.transact(read('holding', address, 1)), { ok: true, registers: [1000 + address] })
}

async function standsItsFaults(t: Test, line: ModbusLine, stranger: object): Promise<void> {
  for (let address = 1; address <= 5; address++) await isRight(t, line, address)
  const ask = (address: number, count = 1) => line.transact(read('holding', address, count))
  t.match(await ask(fault.busy), { ok: false, kind: 'exception', code: 6 })
  await isRight(t, line, 6)
  t.match(await ask(fault.slow), { ok: true, registers: [1000 + fault.slow] }, 'byte by byte')
  await isRight(t, line, 7)
  t.match(await ask(fault.late), { ok: false, kind: 'timeout' })
  await isRight(t, line, 8)
  t.match(await ask(fault.short, 2), { ok: false, kind: 'crc' }, 'the data of one register are not those of two')
  await isRight(t, line, 9)
  t.match(await ask(fault.stranger), { ok: false, ...stranger }, 'a reply to something else')
  await answersAgain(line)
  for (let address = 10; address <= 15; address++) await isRight(t, line, address)
}

async function writesAndReadsBack(t: Test, line: ModbusLine): Promise<void> {
  const written = { ok: true, written: true }
  const at = { unit: 1, address: 400 } as const
  t.match(await line.transact({ ...at, function: 'write-register', value: 65535 }), written)
  t.match(await line.transact(read('holding', 400, 2)), { registers: [65535, 1401] })
  t.match(await line.transact({ ...at, function: 'write-registers', values: [1, 2, 3] }), written)
  const swap = { ...at, function: 'read-write-registers', count: 4, writeAddress: 402, values: [9] } as const
  t.match(await line.transact(swap), { registers: [1, 2, 9, 1403] })
  t.match(await line.transact({ ...at, function: 'write-coil', value: true }), written)
  t.match(await line.transact(read('coil', 400, 1)), { bits: [true] })
  t.match(await line.transact({ ...at, function: 'write-coils', values: [false, true, false] }), written)
  t.match(await line.transact(read('coil', 400, 3)), { bits: [false, true, false] })
}

t.test('Modbus TCP', { skip }, async (t) => {
  const port = await freePort()
  const line = await served(t, ['tcp', String(port)], { kind: 'modbus-tcp', host: '127.0.0.1', port })
  await standsItsFaults(t, line, { kind: 'link', detail: /never asked/ })
  await writesAndReadsBack(t, line)
})

t.test('RTU on a serial line', { skip: skip || missingProgram('socat') }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  const line = await served(t, ['rtu', pair.far, '19200'], { kind: 'serial', path: pair.near, baud: 19200 })
  await standsItsFaults(t, line, { kind: 'crc' })
  await writesAndReadsBack(t, line)
})
