// A process of its own: our line on a serial port, asking as fast as it can. The twin of libmodbus-client.c, with the same answer.
//   serial-client.ts PATH BAUD UNIT REGISTERS READS
import { systemClock } from '../../../contracts/io/system-clock.ts'
import { openModbusLine } from '../../../firmware-bridge/modbus/io/open-line.ts'

const [path = '', baud, unit, registers, reads] = process.argv.slice(2)
const line = await openModbusLine({ kind: 'serial', path, baud: Number(baud) }, { clock: systemClock })
const request = { unit: Number(unit), function: 'holding', address: 0, count: Number(registers) } as const
let failed = 0
let sum = 0
let seconds = 0
let used = process.cpuUsage()
// The first transaction opens the port, which libmodbus does before its time is taken.
await line.transact(request)
const begin = performance.now()
used = process.cpuUsage()
for (let read = 0; read < Number(reads); read++) {
  const outcome = await line.transact(request)
  if (outcome.ok && 'registers' in outcome) for (const word of outcome.registers) sum += word
  else failed++
}
seconds = (performance.now() - begin) / 1000
used = process.cpuUsage(used)
await line.close()
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (used.user + used.system) / 1e6, failed, sum })}\n`)
