import { join } from 'node:path'
import type { Clock } from '@civitals/contracts/clock'
import type { Profile } from '@civitals/firmware-bridge/profile'
import type { ModbusTransport } from '@civitals/firmware-bridge/transport'
import type { Pilot, PilotLine } from './city/pilot.ts'
import { openPtyLine, openRtuOverTcp } from './modbus/io/rtu-line.ts'
import { openTcpLine } from './modbus/io/tcp-line.ts'
import { type TerminalsOfLine, terminalsOfLine } from './modbus/terminals.ts'
import type { Director } from './scenario/director.ts'
import { streamOf } from './world/chance.ts'
import type { World } from './world/world.ts'

/** One line as a gateway's configuration takes it. */
export interface LinePlan {
  readonly id: string
  readonly transport: ModbusTransport
  readonly terminals: readonly { readonly id: string; readonly unit: number; readonly profile: string }[]
}

/** What one gateway is to read. */
export interface GatewayPlan {
  readonly gateway: string
  readonly lines: readonly LinePlan[]
}

/** How serial lines are carried: pseudo-terminals, or RTU frames over TCP sockets. */
export type SerialCarrier = 'pty' | 'rtu-over-tcp'

export interface LinesOptions {
  readonly pilot: Pilot
  readonly profiles: ReadonlyMap<string, Profile>
  readonly world: World
  readonly director: Director
  readonly clock: Clock
  readonly serial: SerialCarrier
  readonly runFolder: string
}

interface OpenLine {
  readonly transport: ModbusTransport
  close(): Promise<void>
}

/** Opens every line of the pilot. When one fails, those already open are closed again. */
export async function openLines(options: LinesOptions): Promise<{ plan: GatewayPlan[]; close(): Promise<void> }> {
  const open: OpenLine[] = []
  const close = async (): Promise<void> => {
    await Promise.all(open.map((line) => line.close()))
  }
  const plan: GatewayPlan[] = []
  try {
    for (const gateway of options.pilot.gateways) {
      const lines: LinePlan[] = []
      for (const line of gateway.lines) {
        const opened = await openLine(options, gateway.id, line)
        open.push(opened)
        const terminals = line.terminals.map(({ id, unit, profile }) => ({ id, unit, profile }))
        lines.push({ id: line.id, transport: opened.transport, terminals })
      }
      plan.push({ gateway: gateway.id, lines })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { plan, close }
}

async function openLine(options: LinesOptions, gateway: string, line: PilotLine): Promise<OpenLine> {
  const { clock, world } = options
  const terminals = terminalsOn(options, line)
  const host = '127.0.0.1'
  if (line.over === 'tcp') {
    const { port, close } = await openTcpLine(terminals, clock)
    return { transport: { kind: 'modbus-tcp', host, port }, close }
  }
  const baud = line.baud ?? 9600
  const chance = streamOf(world.seed, `${gateway}/${line.id}/turnaround`)
  const rtu = { terminals, clock, chance, speed: { baud, bitsPerChar: 10 } }
  if (options.serial === 'rtu-over-tcp') {
    const { port, close } = await openRtuOverTcp(rtu)
    return { transport: { kind: 'rtu-over-tcp', host, port }, close }
  }
  const { path, close } = await openPtyLine(join(options.runFolder, `${gateway}-${line.id}.tty`), rtu)
  return { transport: { kind: 'serial', path, baud }, close }
}

function terminalsOn({ profiles, world, director, clock }: LinesOptions, line: PilotLine): TerminalsOfLine {
  const wired = line.terminals.flatMap(({ id, unit, profile }) => {
    const known = profiles.get(profile)
    return known ? [{ id, unit, profile: known }] : []
  })
  return terminalsOfLine(wired, world, director.disturbances, clock)
}
