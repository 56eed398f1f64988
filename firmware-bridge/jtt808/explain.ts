import type { ExplainedFrame } from '../frames/frame.ts'
import { beijingIso } from '../frames/local-time.ts'
import { placeInFrame } from './escape.ts'
import { decodeFrame, phoneOf } from './frame.ts'
import { type Message, readMessage } from './messages.ts'
import { type Position, positionUnits } from './position.ts'
import { type Bit, messageTerm } from './terms.ts'

const protocol = 'jtt808'

/** What one frame between vehicle terminal and platform means. A batch has its positions in `positions`, and no `values`. */
export function explainJtt808(frame: Uint8Array): ExplainedFrame {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  const decoded = decodeFrame(bytes)
  if (!decoded.ok) return { protocol, valid: false, ...decoded.fault }
  const { id, edition, version, serial, packet, encrypted } = decoded.message
  const message = readMessage(decoded.message)
  if (!message.ok) {
    return { protocol, valid: false, ...message.fault, byte: placeInFrame(bytes, message.fault.byte) }
  }
  return {
    protocol,
    valid: true,
    phone: phoneOf(decoded.message),
    edition,
    ...(version === undefined ? {} : { version }),
    message: { ...messageTerm(id), id: `0x${id.toString(16).toUpperCase().padStart(4, '0')}` },
    serial,
    ...(packet ? { packet } : {}),
    ...(encrypted ? { encrypted } : {}),
    values: {},
    units: {},
    ...said(message.message),
    bytes: bytes.length,
  }
}

function said(message: Message): object {
  switch (message.kind) {
    case 'positions':
      return positionsSaid(message)
    case 'time':
      return message.at === undefined ? {} : { time: beijingIso(message.at) }
    case 'opaque':
      return { body: message.body.toString('hex').toUpperCase() }
    case 'empty':
      return {}
    default: {
      const { kind: _, ...fields } = message
      return fields
    }
  }
}

function positionsSaid(message: Extract<Message, { kind: 'positions' }>): object {
  const { positions, history, answeredSerial } = message
  const [first] = positions
  const context = { ...(answeredSerial === undefined ? {} : { answeredSerial }), ...(history ? { history } : {}) }
  if (positions.length === 1 && first) return { ...context, ...printed(first) }
  return { ...context, positions: positions.map(printed) }
}

function printed({ at, values, alarms, status, signals, io, ...position }: Position): object {
  return {
    ...(at === undefined ? {} : { time: beijingIso(at) }),
    values,
    units: Object.fromEntries(Object.keys(values).map((key) => [key, positionUnits[key] ?? ''])),
    ...position,
    alarms: alarms.map(text),
    status: status.map(text),
    ...(signals ? { signals: signals.map(text) } : {}),
    ...(io ? { io: io.map(text) } : {}),
  }
}

const text = ({ code, zh, en }: Bit): object => ({ code, zh, en })
