// Terminals that are not ours: pymodbus serves, a line of ours reads, over each of the three transports.
import { systemClock } from '@civitals/contracts/system-clock'
import { freePort } from '@civitals/contracts/testing/free-port'
import t, { type Test } from 'tap'
import { decodeReads } from '../../driver.ts'
import type { ModbusPoint } from '../../profile.ts'
import { missingProgram, ptyPair, pymodbusServer, pythonWithPymodbus, start, until } from '../../testing/processes.ts'
import type { ModbusTransport } from '../../transport.ts'
import type { ModbusLine, ModbusTable } from '../line.ts'
import { openModbusLine } from './open-line.ts'

const python = pythonWithPymodbus()
const skip = 'missing' in python ? python.missing : false
const command = 'command' in python ? python.command : ''
const read = (table: ModbusTable, address: number, count: number) => ({ unit: 1, function: table, address, count })

async function ready(line: ModbusLine): Promise<void> {
  await until(async () => (await line.transact(read('holding', 0, 1))).ok)
}

async function readsEverything(t: Test, line: ModbusLine): Promise<void> {
  const from = (base: number, address: number, count: number) =>
    Array.from({ length: count }, (_, place) => base + address + place)
  t.match(await line.transact(read('holding', 5, 125)), { ok: true, registers: from(1000, 5, 125) })
  t.match(await line.transact(read('input', 7, 3)), { ok: true, registers: from(2000, 7, 3) })
  const bits = Array.from({ length: 11 }, (_, place) => (place + 6) % 3 === 0)
  for (const table of ['coil', 'discrete'] as const) {
    const outcome = await line.transact(read(table, 6, 11))
    t.same(outcome.ok && 'bits' in outcome && outcome.bits, bits, `${table}: eleven bits, not two bytes`)
  }
  t.match(await line.transact(read('holding', 300, 1)), { ok: false, kind: 'exception', code: 2 })
  await decodesForeignPayloads(t, line)
}

async function decodesForeignPayloads(t: Test, line: ModbusLine): Promise<void> {
  const point = (id: string, address: number, type: 'f32' | 'i32') =>
    ({ id, resolution: 0.001, range: [-1e9, 1e9], read: { function: 'holding', address, type } }) as ModbusPoint
  const plan = {
    function: 'holding',
    address: 200,
    count: 4,
    points: [point('float', 200, 'f32'), point('int', 202, 'i32')],
  } as const
  const values = decodeReads(plan, await line.transact(read('holding', 200, 4)))
  t.same(
    [...values],
    [
      ['float', { value: 123456.789 }],
      ['int', { value: -2 }],
    ],
  )
}

/** Beyond what `readsEverything` looks at. */
async function writesAndIsNamed(t: Test, line: ModbusLine): Promise<void> {
  const at = { unit: 1, address: 150 } as const
  const written = { ok: true, written: true }
  t.match(await line.transact({ ...at, function: 'write-register', value: 65535 }), written)
  t.match(await line.transact(read('holding', 150, 2)), { registers: [65535, 1151] })
  t.match(await line.transact({ ...at, function: 'write-registers', values: [1, 2, 3] }), written)
  const swap = { ...at, function: 'read-write-registers', count: 4, writeAddress: 152, values: [9] } as const
  t.match(await line.transact(swap), { registers: [1, 2, 9, 1153] })
  t.match(await line.transact({ ...at, function: 'write-coil', value: false }), written)
  t.match(await line.transact({ ...at, address: 151, function: 'write-coils', values: [true, true, false] }), written)
  t.match(await line.transact(read('coil', 150, 5)), { bits: [false, true, true, false, false] })
  t.match(await line.transact({ ...at, address: 400, function: 'write-register', value: 1 }), { ok: false, code: 2 })
  t.match(await line.transact({ unit: 1, function: 'identify', level: 'regular', object: 0 }), {
    ok: true,
    objects: { 0: 'civic', 1: 'PM', 2: '1.2', 4: 'a terminal', 5: 'number one' },
  })
}

async function served(t: Test, args: readonly string[], transport: ModbusTransport): Promise<ModbusLine> {
  const server = start(command, [pymodbusServer, ...args])
  const line = await openModbusLine(transport, { clock: systemClock, timeoutMs: 500 })
  t.teardown(async () => {
    await line.close()
    await server.end()
  })
  await ready(line)
  return line
}

t.test('Modbus TCP', { skip }, async (t) => {
  const port = await freePort()
  const line = await served(t, ['tcp', String(port)], { kind: 'modbus-tcp', host: '127.0.0.1', port })
  await readsEverything(t, line)
  await writesAndIsNamed(t, line)
  t.match(await line.transact({ ...read('holding', 0, 1), unit: 9 }), { ok: false, kind: 'timeout' })
  t.match(await line.transact(read('holding', 1, 1)), { ok: true, registers: [1001] })
})

t.test('[I] RTU frames through a TCP socket, as a transparent serial server gives them', { skip }, async (t) => {
  const port = await freePort()
  const line = await served(t, ['rtu-over-tcp', String(port)], { kind: 'rtu-over-tcp', host: '127.0.0.1', port })
  await readsEverything(t, line)
  await writesAndIsNamed(t, line)
})

t.test('RTU on a serial line', { skip: skip || missingProgram('socat') }, async (t) => {
  const pair = await ptyPair(t.testdir())
  t.teardown(pair.end)
  const line = await served(t, ['serial', pair.far, '9600'], { kind: 'serial', path: pair.near, baud: 9600 })
  await readsEverything(t, line)
  await writesAndIsNamed(t, line)
  t.match(await line.transact({ ...read('holding', 0, 1), unit: 9 }), { ok: false, kind: 'timeout' })
  t.match(await line.transact(read('holding', 1, 1)), { ok: true, registers: [1001] })
})
