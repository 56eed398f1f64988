// Golden cases of profiles whose protocol is not Modbus: what terminals sent, through the sessions and readers the gateway runs.
import { FakeClock } from '@civitals/contracts/clock'
import { QualitySchema } from '@civitals/contracts/quality'
import { type Static, type TProperties, Type } from 'typebox'
import { busThroughSocket } from '../bus/io/open-bus.ts'
import { meterSide } from '../bus/line.ts'
import { MeterReader } from '../bus/meter-reader.ts'
import { elementValues } from '../element-values.ts'
import { parseFrame } from '../frames/frame-text.ts'
import type { PushSession, TerminalReport } from '../frames/session.ts'
import { Gb26875Session } from '../gb26875/session.ts'
import { Hj212Session } from '../hj212/session.ts'
import { Jtt808Session } from '../jtt808/session.ts'
import { MqttJsonReader } from '../mqtt-json/reader.ts'
import type { ElementProfile } from '../profile.ts'
import { Sl651Session } from '../sl651/session.ts'
import { pass } from '../wire/io/pass-time.ts'
import { MemoryWire } from '../wire/memory-wire.ts'
import { CaseError, checkedCase, type Replayed } from './case.ts'

const Closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })
const found = {
  values: Type.Record(Type.String(), Type.Number()),
  quality: Type.Record(Type.String(), QualitySchema),
}
const Samples = Type.Array(
  Closed({
    address: Type.String(),
    at: Type.Optional(Type.String()),
    history: Type.Optional(Type.Boolean()),
    ...found,
  }),
  { minItems: 1 },
)
const PushCase = Closed({ frames: Type.Array(Type.String(), { minItems: 1 }), samples: Samples })
const MessageCase = Closed({
  line: Type.Optional(
    Closed({
      payload: Type.Optional(Type.Enum(['chirpstack', 'json'])),
      address: Type.Optional(Type.String()),
      time: Type.Optional(Type.String()),
    }),
  ),
  messages: Type.Array(Closed({ topic: Type.String(), payload: Type.String() }), { minItems: 1 }),
  samples: Samples,
})
/** Only the points it names are asked for. */
const MeterCase = Closed({
  address: Type.String(),
  exchanges: Type.Array(Closed({ request: Type.String(), reply: Type.Optional(Type.String()) }), { minItems: 1 }),
  ...found,
})

/** @throws CaseError for a file that is not of the form of its protocol. */
export async function replayElements(profile: ElementProfile, text: string, file: string): Promise<Replayed> {
  switch (profile.protocol) {
    case 'dlt645':
    case 'cjt188':
      return await replayMeter(profile, checkedCase(MeterCase, text, file))
    case 'mqtt-json':
      return replayMessages(profile, checkedCase(MessageCase, text, file))
    case 'hj212':
      return replayFrames(profile, new Hj212Session(), checkedCase(PushCase, text, file), true)
    case 'sl651':
      return replayFrames(profile, new Sl651Session(), checkedCase(PushCase, text, file))
    case 'gb26875':
      return replayFrames(profile, new Gb26875Session(), checkedCase(PushCase, text, file))
    case 'jtt808':
      return replayFrames(profile, new Jtt808Session(), checkedCase(PushCase, text, file))
  }
}

/** `keys`: where the text stands in the case. */
function bytesOf(text: string, keys: readonly string[], textual = false): Buffer {
  const parsed = parseFrame(text, textual)
  if (!parsed.ok) throw new CaseError([], [{ keys, message: parsed.fault.detail }])
  return parsed.message
}

const arrival = Date.parse('2026-11-25T12:00:00+08:00')

function replayFrames(
  profile: ElementProfile,
  session: PushSession,
  { frames, samples }: Static<typeof PushCase>,
  textual = false,
): Replayed {
  const reports = frames.flatMap(
    (frame, place) => session.receive(bytesOf(frame, ['frames', `${place}`], textual), arrival).reports,
  )
  return compared(profile, reports, samples)
}

function replayMessages(profile: ElementProfile, { line, messages, samples }: Static<typeof MessageCase>): Replayed {
  const reader = new MqttJsonReader(line as ConstructorParameters<typeof MqttJsonReader>[0])
  const reports = messages.flatMap(({ topic, payload }, place) => {
    const read = reader.read({ topic, payload: Buffer.from(payload) })
    if (read.kind === 'refused') throw new CaseError([], [{ keys: ['messages', `${place}`], message: read.detail }])
    return read.kind === 'report' ? [read.report] : []
  })
  return compared(profile, reports, samples)
}

function compared(
  profile: ElementProfile,
  reports: readonly TerminalReport[],
  samples: Static<typeof Samples>,
): Replayed {
  const got = reports.map(({ address, at, history, elements, bad }) => ({
    ...{ address, at: instant(at), history: history ?? false },
    ...elementValues(profile, elements, bad),
  }))
  const wanted = samples.map(({ at, history, ...sample }) => ({
    ...sample,
    ...{ at: at === undefined ? undefined : instant(Date.parse(at)), history: history ?? false },
  }))
  return {
    got: { samples: got },
    wanted: { samples: wanted },
    points: got.flatMap(({ values }) => Object.keys(values)),
  }
}

const instant = (at: number | undefined): string | undefined =>
  at === undefined || Number.isNaN(at) ? undefined : new Date(at).toISOString()

async function replayMeter(profile: ElementProfile, golden: Static<typeof MeterCase>): Promise<Replayed> {
  const clock = new FakeClock()
  const exchanges = golden.exchanges.map(({ request, reply }, place) => ({
    request: bytesOf(request, ['exchanges', `${place}`, 'request']),
    reply: reply === undefined ? undefined : bytesOf(reply, ['exchanges', `${place}`, 'reply']),
  }))
  const wire = new MemoryWire((far) =>
    far.on('data', (chunk: Buffer) => {
      const reply = answerTo(woken(chunk), exchanges, profile.protocol === 'cjt188')
      if (reply) far.write(reply)
    }),
  )
  const line = busThroughSocket(wire.dial, { clock })
  const reader = new MeterReader({ line: meterSide(line), meter: golden.address, profile })
  const points = profile.points.filter(({ id }) => id in golden.values || id in golden.quality)
  const got = { values: {}, quality: {} }
  for (const plan of reader.plansFor(points)) {
    const pending = reader.read(plan)
    await pass(clock, 4000)
    const { values, quality } = await pending
    Object.assign(got.values, values)
    Object.assign(got.quality, quality)
  }
  return { got, wanted: { values: golden.values, quality: golden.quality }, points: Object.keys(got.values) }
}

interface Exchange {
  readonly request: Buffer
  readonly reply: Buffer | undefined
}

const woken = (frame: Buffer): Buffer => frame.subarray(frame.findIndex((byte) => byte !== 0xfe))
/** Place of the number of the question, in both directions [CJ/T 188-2018 6.3]. */
const serialAt = 13

/** CJ/T 188 questions carry a running number of whoever asks: another one than that of the captured question stands in its reply too. */
function answerTo(question: Buffer, exchanges: readonly Exchange[], numbered: boolean): Buffer | undefined {
  const serial = question[serialAt] ?? 0
  const own = (frame: Buffer): Buffer => (numbered ? withSerial(frame, serial) : frame)
  const met = exchanges.find(({ request }) => own(woken(request)).equals(question))
  return met?.reply && own(met.reply)
}

function withSerial(frame: Buffer, serial: number): Buffer {
  const changed = Buffer.from(frame)
  changed[serialAt] = serial
  const end = changed.length - 2
  changed[end] = changed.subarray(0, end).reduce((sum, byte) => (sum + byte) & 0xff, 0)
  return changed
}
