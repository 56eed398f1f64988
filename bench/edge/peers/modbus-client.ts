// A process of its own that reads holding registers of one Modbus TCP server as fast as its library lets it.
//   modbus-client.ts LIBRARY PORT     LIBRARY: ours | ours-one | modbus-serial | jsmodbus
// Each line of input "RUN CONNECTIONS REGISTERS MS" is answered by one of output, "RUN {...}": see `Measured`. Every value is checked: the
// server is firmware-bridge/testing/libmodbus-server.c, whose register n holds 1000 + n.
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { systemClock } from '@civitals/contracts/system-clock'
import { openModbusLine } from '@civitals/firmware-bridge/modbus'
import jsmodbus from 'jsmodbus'
import modbusSerialModule from 'modbus-serial'
import { quantile } from '../../run.ts'

/** What one run came to. Times of processor and latency in microseconds. */
export interface Measured {
  readonly requests: number
  readonly seconds: number
  readonly cpuUs: number
  readonly p50Us: number
  readonly p99Us: number
  /** Replies with a value that is not the register's, and reads that failed. */
  readonly wrong: number
}

interface Connection {
  read(address: number, count: number): Promise<readonly number[]>
  close(): unknown
}

const host = '127.0.0.1'
const [library = 'ours', portText] = process.argv.slice(2)
const port = Number(portText)
/** Long enough for the window of ours to be found. */
const warmUpMs = 200
/** What the gateway starts at once on a line: as many as its window allows. */
const mostUnderWay = 8
/** Addresses below those at which the server goes wrong on purpose. */
const addresses = 200

async function ours(window: number): Promise<Connection> {
  const line = await openModbusLine({ kind: 'modbus-tcp', host, port }, { clock: systemClock, window })
  return {
    async read(address, count) {
      const outcome = await line.transact({ unit: 1, function: 'holding', address, count })
      return outcome.ok && 'registers' in outcome ? outcome.registers : []
    },
    close: () => line.close(),
  }
}

async function modbusSerial(): Promise<Connection> {
  const client = new modbusSerialModule.default()
  await client.connectTCP(host, { port })
  client.setID(1)
  client.setTimeout(1000)
  return {
    read: async (address, count) => (await client.readHoldingRegisters(address, count)).data,
    close: () => new Promise<void>((resolve) => client.close(() => resolve())),
  }
}

async function jsModbus(): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true })
  const client = new jsmodbus.client.TCP(socket, 1, 1000)
  await once(socket, 'connect')
  return {
    async read(address, count) {
      const { values } = (await client.readHoldingRegisters(address, count)).response.body
      return Array.isArray(values) ? values : [...values]
    },
    async close() {
      socket.end()
      await once(socket, 'close')
    },
  }
}

const libraries: Readonly<Record<string, { readonly open: () => Promise<Connection>; readonly underWay: number }>> = {
  ours: { open: () => ours(mostUnderWay), underWay: mostUnderWay },
  'ours-one': { open: () => ours(1), underWay: 1 },
  'modbus-serial': { open: modbusSerial, underWay: 1 },
  jsmodbus: { open: jsModbus, underWay: 1 },
}

function right(values: readonly number[], address: number, count: number): boolean {
  if (values.length !== count) return false
  for (let place = 0; place < count; place++) if (values[place] !== 1000 + address + place) return false
  return true
}

async function measure(
  connections: readonly Connection[],
  underWay: number,
  count: number,
  ms: number,
): Promise<Measured> {
  const begin = performance.now()
  const [from, to] = [begin + warmUpMs, begin + warmUpMs + ms]
  let [atFrom, atTo] = [process.cpuUsage(), process.cpuUsage()]
  let [startedAt, endedAt] = [0, 0]
  let wrong = 0
  const latencies: number[] = []
  const loop = async (connection: Connection, seed: number): Promise<void> => {
    for (let turn = seed, sentAt = performance.now(); endedAt === 0; turn++) {
      const address = turn % addresses
      if (!right(await connection.read(address, count), address, count)) wrong++
      const now = performance.now()
      if (startedAt > 0) latencies.push((now - sentAt) * 1000)
      else if (now >= from) [startedAt, atFrom] = [now, process.cpuUsage()]
      if (startedAt > 0 && endedAt === 0 && now >= to) [endedAt, atTo] = [now, process.cpuUsage(atFrom)]
      sentAt = now
    }
  }
  await Promise.all(
    connections.flatMap((one, place) =>
      Array.from({ length: underWay }, (_, other) => loop(one, 31 * place + 7 * other)),
    ),
  )
  return {
    requests: latencies.length,
    seconds: (endedAt - startedAt) / 1000,
    cpuUs: atTo.user + atTo.system,
    p50Us: quantile(latencies, 0.5),
    p99Us: quantile(latencies, 0.99),
    wrong,
  }
}

const used = libraries[library]
if (!used) throw new TypeError(`no library ${library}`)
process.stdout.write('ready\n')
for await (const command of createInterface({ input: process.stdin })) {
  const [run, wanted = 1, count = 1, ms = 1000] = command.split(' ').map(Number)
  const connections: Connection[] = []
  while (connections.length < wanted) connections.push(await used.open())
  const measured = await measure(connections, used.underWay, count, ms)
  await Promise.all(connections.map((one) => one.close()))
  process.stdout.write(`${run} ${JSON.stringify(measured)}\n`)
}
