// libmodbus' own test server, from Debian's source package: what its client expects of it and how it goes wrong (tests/unit-test.h).
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import t, { type Test } from 'tap'
import { compiledTestServer, missingTestServer } from '../../testing/libmodbus.ts'
import { missingProgram, ptyPair, start, until } from '../../testing/processes.ts'
import type { ModbusTransport } from '../../transport.ts'
import type { ModbusLine, ModbusOutcome, ModbusTable } from '../line.ts'
import { openModbusLine } from './open-line.ts'

const skip = missingTestServer()
const program = skip ? '' : compiledTestServer(t.testdir())
/** First place of each table, and registers that go wrong when a read of holding registers begins there. */
const first = { coil: 0x130, discrete: 0x1c4, holding: 0x160, input: 0x108 } as const
const fault = { busy: 0x170, stranger: 0x171, late: 0x172, slow: 0x173 } as const

interface Server {
  readonly line: ModbusLine
  readonly unit: number
}

async function served(
  t: Test,
  args: readonly string[],
  transport: ModbusTransport,
  unit: number,
  timeoutMs = 350,
): Promise<Server> {
  const server = start(program, args)
  const line = await openModbusLine(transport, { clock: systemClock, timeoutMs })
  t.teardown(async () => {
    await line.close()
    await server.end()
  })
  await until(async () => (await line.transact({ unit, function: 'input', address: first.input, count: 1 })).ok)
  return { line, unit }
}

const read = ({ line, unit }: Server, table: ModbusTable, address: number, count: number) =>
  line.transact({ unit, function: table, address, count })

const bitsOf = (outcome: ModbusOutcome) => outcome.ok && 'bits' in outcome && outcome.bits

const bits = (bytes: readonly number[], count: number): boolean[] =>
  Array.from({ length: count }, (_, place) => (((bytes[place >> 3] ?? 0) >> (place & 7)) & 1) === 1)

/** The values are those of its header file: registers 022B 0001 0064, coils CD 6B B2 0E 1B, discrete inputs AC DB 35, input register 000A. */
async function keepsItsTables(t: Test, server: Server): Promise<void> {
  const { line, unit } = server
  const written = { ok: true, written: true }
  t.match(await read(server, 'input', first.input, 1), { ok: true, registers: [0x000a] })
  t.same(bitsOf(await read(server, 'discrete', first.discrete, 22)), bits([0xac, 0xdb, 0x35], 22))
  const coils = bits([0xcd, 0x6b, 0xb2, 0x0e, 0x1b], 37)
  t.match(await line.transact({ unit, function: 'write-coils', address: first.coil, values: coils }), written)
  t.same(bitsOf(await read(server, 'coil', first.coil, 37)), coils)
  t.match(await line.transact({ unit, function: 'write-coil', address: first.coil, value: false }), written)
  t.same(bitsOf(await read(server, 'coil', first.coil, 3)), [false, false, true])
  const at = { unit, address: first.holding } as const
  t.match(await line.transact({ ...at, function: 'write-registers', values: [0x022b, 1, 0x64] }), written)
  t.match(await read(server, 'holding', first.holding, 3), { registers: [0x022b, 1, 0x64] })
  t.match(await line.transact({ ...at, function: 'write-register', value: 0x1234 }), written)
  t.match(await read(server, 'holding', first.holding, 1), { registers: [0x1234] })
  const swap = { ...at, function: 'read-write-registers', count: 4, writeAddress: 0x162, values: [7, 8] } as const
  t.match(await line.transact(swap), { registers: [0x1234, 1, 7, 8] })
}

/** Another length than those that went wrong: a late reply of theirs could not pass for it. */
async function isRight(t: Test, server: Server): Promise<void> {
  t.match(await read(server, 'holding', first.holding, 3), { ok: true, registers: [0x1234, 1, 7] })
}

async function standsItsFaults(t: Test, server: Server): Promise<void> {
  t.match(await read(server, 'holding', first.holding + 0x20, 1), { ok: false, kind: 'exception', code: 2 })
  t.match(await read(server, 'holding', fault.busy, 1), { ok: false, kind: 'exception', code: 6 })
  await isRight(t, server)
  t.match(await read(server, 'holding', first.holding, 2), { ok: false, kind: 'crc' }, 'one register instead of two')
  await isRight(t, server)
}

async function standsItsLateness(t: Test, server: Server): Promise<void> {
  t.match(await read(server, 'holding', fault.late, 1), { ok: false, kind: 'timeout' })
  await isRight(t, server)
  t.match(await read(server, 'holding', first.holding, 1), { registers: [0x1234] }, 'not what came late')
}

t.test('Modbus TCP', { skip }, async (t) => {
  const port = await freePort()
  const server = await served(t, ['tcp', String(port)], { kind: 'modbus-tcp', host: '127.0.0.1', port }, 0xff)
  await keepsItsTables(t, server)
  await standsItsFaults(t, server)
  t.match(await read(server, 'holding', fault.slow, 1), { ok: true, registers: [0] }, 'byte by byte')
  await isRight(t, server)
  await standsItsLateness(t, server)
  const strange = await read(server, 'holding', fault.stranger, 1)
  t.match(strange, { ok: false, kind: 'link', detail: /never asked/ }, 'a transaction id nobody used')
  t.equal(server.line.health.connected, false)
})

t.test('RTU on a serial line', { skip: skip || missingProgram('socat') }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  const server = await served(t, ['rtu', pair.far], { kind: 'serial', path: pair.near, baud: 115_200 }, 17)
  await keepsItsTables(t, server)
  await standsItsFaults(t, server)
  t.match(await read(server, 'holding', fault.stranger, 1), { ok: false, kind: 'crc' }, 'unit 18 answers')
  await isRight(t, server)
  t.match(await read({ ...server, unit: 18 }, 'holding', first.holding, 1), { ok: false, kind: 'timeout' })
  await isRight(t, server)
  await standsItsLateness(t, server)
})

t.test('libmodbus has no function 43 and says so, half a second later', { skip }, async (t) => {
  const port = await freePort()
  const transport = { kind: 'modbus-tcp', host: '127.0.0.1', port } as const
  const { line, unit } = await served(t, ['tcp', String(port)], transport, 0xff, 2000)
  const outcome = await line.transact({ unit, function: 'identify', level: 'basic', object: 0 })
  t.match(outcome, { ok: false, kind: 'exception', code: 1 })
  t.match(await read({ line, unit }, 'input', first.input, 1), { ok: true, registers: [0x000a] })
})
