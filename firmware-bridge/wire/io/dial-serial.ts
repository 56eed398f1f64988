import { type Clock, sleep } from '@civitals/contracts/clock'
import { SerialPort } from 'serialport'
import type { SerialTransport } from '../../transport.ts'
import type { Dial, Link } from '../link.ts'

/** The system frees a port's lock a little after it was closed: "Cannot lock port" is worth trying again. */
const lockRetriesMs = [50, 100, 200, 400, 800]

/** Opens a serial port. */
export const dialSerial =
  (line: SerialTransport, clock: Clock): Dial =>
  async (signal) => {
    for (const waitMs of lockRetriesMs) {
      try {
        return await openPort(line)
      } catch (error) {
        if (!/lock/i.test(String(error))) throw error
        await sleep(clock, waitMs, signal)
      }
    }
    return openPort(line)
  }

function openPort(line: SerialTransport): Promise<Link> {
  const port = new SerialPort({
    path: line.path,
    baudRate: line.baud,
    dataBits: line.dataBits ?? 8,
    parity: line.parity ?? 'none',
    stopBits: line.stopBits ?? 1,
    autoOpen: false,
  })
  return new Promise((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve({ stream: port, close: () => closePort(port) })))
  })
}

/** Paused first: a port closed while it flows may leave a read pending that keeps the process alive (serialport #2776). */
const closePort = (port: SerialPort): Promise<void> =>
  new Promise((resolve) => {
    if (!port.isOpen) return resolve()
    port.pause()
    port.close(() => resolve())
  })
