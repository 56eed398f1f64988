// Every protocol as a running gateway takes it, with the good frames from which others are made.
import type { BusData, BusRequest } from '../bus/line.ts'
import { Cjt188Framing } from '../cjt188/framing.ts'
import { type FrameProtocol, loadCodec } from '../decode.ts'
import { Dlt645Framing } from '../dlt645/framing.ts'
import type { PushSession } from '../frames/session.ts'
import { Gb26875Session } from '../gb26875/session.ts'
import { decodeHj212, encodeHj212 } from '../hj212/frame.ts'
import { Hj212Session } from '../hj212/session.ts'
import { sm4Key } from '../hj212/sm4.ts'
import { Jtt808Session } from '../jtt808/session.ts'
import { MbapFraming } from '../modbus/mbap-framing.ts'
import { RtuFraming } from '../modbus/rtu-framing.ts'
import { MqttJsonReader } from '../mqtt-json/reader.ts'
import { Sl651Session } from '../sl651/session.ts'
import type { Framing } from '../wire/framing.ts'
import {
  cjt188,
  dlt645Of1997,
  dlt645Of2007,
  type Exchange,
  type Renumber,
  rtuExchanges,
  tcpExchanges,
  withSerial,
  withTransaction,
} from './exchanges.ts'
import { goodFrames } from './golden-frames.ts'
import { AskingReceiver, MessageReceiver, type Receiver, SpokenToReceiver } from './receivers.ts'

const chirpStack = (more: object): Buffer =>
  Buffer.from(
    JSON.stringify({
      ...{ deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d', time: '2022-07-18T09:34:15.775023242+00:00' },
      ...{ deviceInfo: { devEui: '0101010101010101', tags: { key: 'value' } }, fPort: 1, data: 'qg==' },
      ...{ object: { digitalInput: { '1': 0 }, leak: false, level: null }, rxInfo: [{ rssi: -36, snr: 10.5 }] },
      ...more,
    }),
  )

/** A receiver with the good frames from which others are made. */
export interface ReceiverUnderTest {
  readonly open: () => Receiver
  readonly good: readonly Buffer[]
  /** Most bytes it may keep for a frame that is not whole; absent where it does not tell. */
  readonly mostHeld?: number
  /** Codec whose frames they are, for repairing check sums; absent for Modbus TCP and JSON, which have none. */
  readonly codec?: string
}

type Asking = Framing<BusRequest, BusData>
const asking = (
  make: () => unknown,
  exchanges: readonly Exchange[],
  mostHeld: number,
  codec: string | undefined,
  renumber?: Renumber,
  holds?: boolean,
): ReceiverUnderTest => ({
  // A framing of one protocol is only asked in its own requests here.
  open: () => new AskingReceiver(make() as Asking, exchanges, renumber, holds),
  good: exchanges.map(([, reply]) => reply),
  mostHeld,
  ...(codec !== undefined && { codec }),
})

/** So many bytes without a good frame are noise on a serial line. */
const noise = 512

/** Framings in which the gateway asks, by the name of their protocol. */
const askingReceivers: Readonly<Record<string, ReceiverUnderTest>> = {
  'modbus-rtu': asking(() => new RtuFraming(() => true), rtuExchanges, noise, 'modbus-rtu'),
  'modbus-tcp': asking(() => new MbapFraming(), tcpExchanges, 260, undefined, withTransaction, true),
  'dlt645-2007': asking(() => new Dlt645Framing(), dlt645Of2007, noise, 'dlt645'),
  'dlt645-1997': asking(() => new Dlt645Framing(), dlt645Of1997, noise, 'dlt645'),
  cjt188: asking(() => new Cjt188Framing(), cjt188, noise, 'cjt188', withSerial),
}

const messages = [chirpStack({}), chirpStack({ deduplicationId: 'b', object: { temperature: 21.5 } })]
/** The reader of what a broker delivers. */
const messageReceiver: ReceiverUnderTest = {
  open: () => new MessageReceiver(new MqttJsonReader(), messages),
  good: messages,
}

const key = '0123456789ABCDEF'

/** Stations of HJ 212 with a key encipher their data areas [HJ 212-2025 6.4.2]. */
const enciphered = (frame: Buffer): Buffer[] => {
  const decoded = decodeHj212(frame)
  return decoded.ok && decoded.message.cn.startsWith('20') ? [encodeHj212(decoded.message, sm4Key(key))] : []
}

const sessions = {
  hj212: () => new Hj212Session(),
  'hj212 enciphered': () => new Hj212Session({ key }),
  sl651: () => new Sl651Session(),
  gb26875: () => new Gb26875Session(),
  jtt808: () => new Jtt808Session(),
} as const

/** Sessions of the protocols in which terminals speak first, by the name of their protocol. */
async function sessionReceivers(): Promise<Readonly<Record<string, ReceiverUnderTest>>> {
  const all: Record<string, ReceiverUnderTest> = {}
  for (const [name, open] of Object.entries(sessions)) {
    const protocol = name.split(' ')[0] as FrameProtocol
    const golden = await goodFrames(protocol)
    all[name] = await speaking(protocol, open, name === protocol ? golden : golden.flatMap(enciphered))
  }
  return all
}

async function speaking(
  protocol: FrameProtocol,
  open: () => PushSession,
  good: readonly Buffer[],
): Promise<ReceiverUnderTest> {
  const codec = await loadCodec(protocol)
  const flush = Buffer.alloc(codec.longestBytes)
  const isFrame = (answer: Buffer): boolean => codec.explain(answer).valid
  // What a centre sends, and what answers it, has no effect by right.
  const spoken = good.filter((frame) => new SpokenToReceiver(open(), [frame], flush, isFrame).takesGood(0))
  return { open: () => new SpokenToReceiver(open(), spoken, flush, isFrame), good, codec: protocol }
}

/** All of them, by name. */
export const receiversUnderTest = async (): Promise<Readonly<Record<string, ReceiverUnderTest>>> => ({
  ...Object.fromEntries(Object.entries(askingReceivers).map(([name, under]) => [`${name} asked`, under])),
  ...Object.fromEntries(Object.entries(await sessionReceivers()).map(([name, under]) => [`${name} heard`, under])),
  'mqtt-json heard': messageReceiver,
})
