import { join, resolve } from 'node:path'
import { CivitalsError } from '@civitals/contracts/errors'
import { systemClock } from '@civitals/contracts/system-clock'
import { type Complaint, startSimulator } from '@civitals/simulator/simulator'
import { type Arguments, exitCodes, wholeNumber } from '../command.ts'
import { readNamed, writeWhole } from '../io/files.ts'
import { aborted, stopSignal } from '../io/stop-signal.ts'

/** What a running simulator writes down for others: how to reach its lines and how to steer it. */
export interface SimulatorCard {
  readonly pid: number
  readonly control: string
  readonly plan: readonly { readonly gateway: string; readonly lines: readonly object[] }[]
}

/** Where the card of the simulator of a data folder stands. */
export const simulatorCardFile = (data: string): string => join(data, 'run/simulator.json')

/** `civitals simulate`: the terminals alone, or `storm` and `calm` to steer those that run. */
export async function simulate(args: Arguments): Promise<number> {
  const data = resolve(String(args.options.data))
  const [order] = args.positionals
  if (order === undefined) return await run(args, data)
  if (order !== 'storm' && order !== 'calm')
    throw new CivitalsError('CIV_CLI_USAGE', `no scenario ${order}; known: storm, calm`)
  return await steer(data, order, wholeNumber(args, 'speed', 1, 600))
}

async function run(args: Arguments, data: string): Promise<number> {
  const stop = stopSignal()
  const reportsTo = args.options['reports-to']
  const simulator = await startSimulator({
    seed: wholeNumber(args, 'seed', 0, 2 ** 32 - 1),
    clock: systemClock,
    serial: 'auto',
    runFolder: join(data, 'run'),
    ...(typeof reportsTo === 'string' ? { onComplaint: (complaint) => void post(reportsTo, complaint) } : {}),
  })
  const card: SimulatorCard = { pid: process.pid, control: simulator.control, plan: simulator.plan }
  await writeWhole(simulatorCardFile(data), JSON.stringify(card, undefined, 2))
  process.stdout.write(`${JSON.stringify(card)}\n`)
  await aborted(stop)
  await simulator.close()
  return exitCodes.done
}

/** A citizen's report; one that cannot be delivered is let go, as a call nobody answers. */
async function post(address: string, { matter, site, text }: Complaint): Promise<void> {
  await fetch(`${address}/api/v1/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-civitals': '1' },
    body: JSON.stringify({ matter, site, text: text.zh }),
    signal: AbortSignal.timeout(5000),
  }).catch(() => undefined)
}

async function steer(data: string, scenario: 'storm' | 'calm', speed: number): Promise<number> {
  const card = JSON.parse(await readNamed(simulatorCardFile(data))) as SimulatorCard
  const response = await fetch(`${card.control}/scenario`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ scenario, speed }),
  }).catch((cause: unknown) => {
    throw new CivitalsError('CIV_CLI_SIMULATOR_AWAY', `no simulator runs on ${data}; start one with civitals up`, {
      cause,
    })
  })
  if (!response.ok) throw new CivitalsError('CIV_CLI_SIMULATOR_REFUSED', await response.text())
  process.stderr.write(
    scenario === 'storm' ? `the storm begins, ${speed} times as fast as weather\n` : 'the sky clears\n',
  )
  return exitCodes.done
}
