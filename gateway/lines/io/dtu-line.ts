import { type BusLineOptions, busThroughSocket } from '@civitals/firmware-bridge/bus'
import type { TimedBusLine } from '@civitals/firmware-bridge/bus/line'
import type { TcpServerTransport } from '@civitals/firmware-bridge/transport'
import type { Join } from '../../listening/dial-in-source.ts'
import { DtuDial } from '../../listening/dtu-dial.ts'
import type { PolledLine } from '../lines.ts'

/** A line whose terminals are asked through a DTU that dials in; the port is listened on from its first transaction until it is closed. */
export function dtuLine(
  transport: TcpServerTransport,
  join: Join,
  options: BusLineOptions,
): { readonly bus: TimedBusLine; readonly line: PolledLine['line'] } {
  let arrived = (): void => undefined
  const dtu = new DtuDial({
    ...{ transport, join, clock: options.clock },
    onArrival: () => {
      bus.hasten?.()
      arrived()
    },
  })
  const bus = busThroughSocket(dtu.dial, options)
  return {
    bus,
    line: {
      get health() {
        return bus.health
      },
      get port() {
        const { strangers = [], turnedAway = {}, listening = false } = dtu.seat?.door() ?? {}
        return { listening, strangers, refused: turnedAway, peers: dtu.peers }
      },
      onArrival: (listener) => {
        arrived = listener
      },
      close: async () => {
        await bus.close()
        await dtu.close()
      },
    },
  }
}
