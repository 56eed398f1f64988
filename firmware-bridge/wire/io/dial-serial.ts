import { type Clock, sleep } from '@civitals/contracts/clock'
import { durationMs } from '@civitals/contracts/duration'
import { SerialPort } from 'serialport'
import type { SerialTransport } from '../../transport.ts'
import type { Dial, Link } from '../link.ts'
import { portTrouble } from '../port-trouble.ts'
import { Rs485Stream, type Rs485Switching } from '../rs485-stream.ts'

/** The system frees a port's lock a little after it was closed: a locked one is worth trying again. */
const lockRetriesMs = [50, 100, 200, 400, 800]

/** Opens a serial port. */
export const dialSerial =
  (line: SerialTransport, clock: Clock): Dial =>
  async (signal) => {
    for (const waitMs of lockRetriesMs) {
      try {
        return await openPort(line, clock)
      } catch (error) {
        if (!/is locked/.test(String(error))) throw error
        await sleep(clock, waitMs, signal)
      }
    }
    return openPort(line, clock)
  }

async function openPort(line: SerialTransport, clock: Clock): Promise<Link> {
  const port = new SerialPort({
    path: line.path,
    baudRate: line.baud,
    dataBits: line.dataBits ?? 8,
    parity: line.parity ?? 'none',
    stopBits: line.stopBits ?? 1,
    autoOpen: false,
  })
  await new Promise<void>((resolve, reject) => {
    port.open((error) =>
      error ? reject(new Error(portTrouble(error.message, line.path), { cause: error })) : resolve(),
    )
  })
  if (!line.rs485) return { stream: port, close: () => closePort(port) }
  const stream = new Rs485Stream(port, switchingOf(line.rs485), clock)
  const close = async (): Promise<void> => {
    await closePort(port)
    stream.destroy()
  }
  try {
    await stream.listen()
  } catch (error) {
    await close()
    throw new Error(`RTS of ${line.path} cannot be set, which rs485 needs: ${String(error)}`)
  }
  return { stream, close }
}

const switchingOf = ({
  rtsPolarity = 'high',
  rtsDelayBefore = '0ms',
  rtsDelayAfter = '0ms',
  rxDuringTx = false,
}: NonNullable<SerialTransport['rs485']>): Rs485Switching => ({
  sending: rtsPolarity === 'high',
  beforeMs: durationMs(rtsDelayBefore),
  afterMs: durationMs(rtsDelayAfter),
  hearsItself: rxDuringTx,
})

/** Paused first: a port closed while it flows may leave a read pending that keeps the process alive (serialport #2776). */
const closePort = (port: SerialPort): Promise<void> =>
  new Promise((resolve) => {
    if (!port.isOpen) return resolve()
    port.pause()
    port.close(() => resolve())
  })
