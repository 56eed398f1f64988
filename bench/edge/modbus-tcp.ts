// Modbus TCP requests side by side in one run: this project's line as the gateway uses it and with one request under way, modbus-serial and
// jsmodbus used plainly (each read awaited), and libmodbus (C, a thread a connection). One server of libmodbus; each client is a process
// of its own; they take turns in every round, so that what else the machine does meets them all. Ratios are those within a round.
//   setup/with-node bench/edge/modbus-tcp.ts [ROUNDS] [MS]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@civitals/contracts/testing/free-port'
import { compiled, libmodbusServer, missingLibmodbus } from '../../firmware-bridge/testing/libmodbus.ts'
import { type Ending, type Running, start, temporaryFolder } from '../../test/stage/process.ts'
import { bench, median, printFigures, processUsage } from '../run.ts'
import type { Measured } from './peers/modbus-client.ts'

const [rounds = 3, ms = 800] = process.argv.slice(2).map(Number)
const names = {
  ours: 'ours, window as probed',
  'ours-one': 'ours, window 1',
  'modbus-serial': 'modbus-serial 8.0.25',
  jsmodbus: 'jsmodbus 5.0.0',
  libmodbus: 'libmodbus (C)',
} as const
type Library = keyof typeof names
const libraries = Object.keys(names) as Library[]
const settings = [1, 100].flatMap((connections) => [1, 125].map((registers) => ({ connections, registers })))
type Setting = (typeof settings)[number]
/** One round: what each library came to, and how busy the server was. */
type Round = Readonly<Record<Library, Measured & { readonly serverShare: number }>>

const perSecond = ({ requests, seconds }: Measured): number => requests / seconds
const cpuEach = ({ requests, cpuUs }: Measured): number => cpuUs / requests

class Client {
  readonly #process: Running
  #runs = 0

  constructor(running: Running) {
    this.#process = running
  }

  async run({ connections, registers }: Setting): Promise<Measured> {
    const run = ++this.#runs
    this.#process.child.stdin?.write(`${run} ${connections} ${registers} ${ms}\n`)
    const [, text = ''] = await this.#process.prints(new RegExp(`^${run} (\\{.*\\})$`, 'm'))
    return JSON.parse(text)
  }
}

async function clientOf(ending: Ending, library: Library, folder: string, port: number): Promise<Client> {
  const peers = join(import.meta.dirname, 'peers')
  const peer =
    library === 'libmodbus'
      ? start(ending, compiled(join(peers, 'libmodbus-client.c'), folder), [String(port)])
      : start(ending, process.execPath, [join(peers, 'modbus-client.ts'), library, String(port)])
  await peer.prints(/^ready/m, 10_000)
  return new Client(peer)
}

await bench(async (ending) => {
  const missing = missingLibmodbus()
  if (missing) throw new Error(missing)
  const folder = temporaryFolder(ending)
  const port = await freePort()
  const server = start(ending, compiled(libmodbusServer, folder), ['tcp', String(port)])
  await server.prints(/ready/, 10_000)
  const clients = {} as Record<Library, Client>
  for (const library of libraries) clients[library] = await clientOf(ending, library, folder, port)

  const round = async (setting: Setting, turn: number): Promise<Round> => {
    const seen = {} as Record<Library, Round[Library]>
    for (let at = 0; at < libraries.length; at++) {
      // Who goes first changes from round to round.
      const library = libraries[(at + turn) % libraries.length] ?? 'ours'
      const [before, begun] = [processUsage(server.child.pid ?? 0).cpuSeconds, performance.now()]
      const measured = await clients[library].run(setting)
      const spentS = processUsage(server.child.pid ?? 0).cpuSeconds - before
      seen[library] = { ...measured, serverShare: (spentS / (performance.now() - begun)) * 1e5 }
    }
    return seen
  }
  for (const setting of settings) {
    // The first round compiles the code of the clients; it is not counted.
    if (setting === settings[0]) await round(setting, 0)
    const seen: Round[] = []
    while (seen.length < rounds) seen.push(await round(setting, seen.length))
    print(setting, seen)
  }
})

function print({ connections, registers }: Setting, seen: readonly Round[]): void {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ', 3).join(' ')
  const of = (library: Library, figure: (measured: Round[Library]) => number): number =>
    median(seen.map((round) => figure(round[library])))
  const ratio = (a: Library, b: Library, figure: (measured: Measured) => number): number =>
    median(seen.map((round) => figure(round[a]) / figure(round[b])))
  const title = `Modbus TCP, ${connections} connection${connections > 1 ? 's' : ''}, reads of ${registers} register${registers > 1 ? 's' : ''}`
  console.log(`## ${title}: median of ${seen.length} rounds; load average ${load}\n`)
  console.log(
    '| client | requests/s | CPU us/request | p50 us | p99 us | server, % of a core |\n|---|---|---|---|---|---|',
  )
  for (const library of libraries) {
    const figures = [perSecond, cpuEach, (one: Measured) => one.p50Us, (one: Measured) => one.p99Us]
    const row = figures.map((figure) => Number(of(library, figure).toPrecision(4)))
    const server = Math.round(of(library, (one) => one.serverShare))
    console.log(`| ${names[library]} | ${row.join(' | ')} | ${server} |`)
  }
  const best = (round: Round): number => Math.min(cpuEach(round['modbus-serial']), cpuEach(round.jsmodbus))
  console.log('')
  printFigures(`${title}: ratios`, [
    {
      what: 'wrong values',
      measured: seen.flatMap((round) => libraries.map((one) => round[one].wrong)).reduce((a, b) => a + b),
      unit: '',
      atMost: 0,
    },
    {
      what: 'requests/s, window 1 : modbus-serial',
      measured: ratio('ours-one', 'modbus-serial', perSecond),
      unit: '',
      atLeast: 1,
    },
    {
      what: 'requests/s, window 1 : jsmodbus',
      measured: ratio('ours-one', 'jsmodbus', perSecond),
      unit: '',
      atLeast: 1,
    },
    { what: 'requests/s, window 1 : libmodbus', measured: ratio('ours-one', 'libmodbus', perSecond), unit: '' },
    {
      what: 'requests/s, window as probed : modbus-serial',
      measured: ratio('ours', 'modbus-serial', perSecond),
      unit: '',
      atLeast: 1,
    },
    {
      what: 'requests/s, window as probed : jsmodbus',
      measured: ratio('ours', 'jsmodbus', perSecond),
      unit: '',
      atLeast: 1,
    },
    { what: 'requests/s, window as probed : libmodbus', measured: ratio('ours', 'libmodbus', perSecond), unit: '' },
    {
      what: 'CPU per request, window 1 : the better of modbus-serial and jsmodbus',
      measured: median(seen.map((one) => cpuEach(one['ours-one']) / best(one))),
      unit: '',
      atMost: 1,
    },
    { what: 'CPU per request, window 1 : libmodbus', measured: ratio('ours-one', 'libmodbus', cpuEach), unit: '' },
  ])
}
