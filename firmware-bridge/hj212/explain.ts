import type { ExplainedFrame } from '../frames/frame.ts'
import { beijingIso } from '../frames/local-time.ts'
import { commandOf, flagOf, type Meaning, markOf, requestAnswer, requestResult, systemOf } from './codes.ts'
import { factorOf } from './factors.ts'
import { decodeHj212, type Hj212Frame, hj212Time } from './frame.ts'
import { type Hj212Reading, readingOf } from './reading.ts'

const protocol = 'hj212'

/**
 * What one frame of HJ/T 212-2005, HJ 212-2017 or HJ 212-2025 means. `values`: every number of the data area under its own name;
 * `flags`: the mark of each factor, so that a value the station itself calls bad can be told.
 */
export function explainHj212(frame: Uint8Array): ExplainedFrame {
  const decoded = decodeHj212(Buffer.from(frame.buffer, frame.byteOffset, frame.length))
  if (!decoded.ok) return { protocol, valid: false, ...decoded.fault }
  const { message } = decoded
  const reading = readingOf(message)
  return {
    protocol,
    valid: true,
    mn: message.mn,
    st: message.st,
    system: systemOf(message.st),
    cn: message.cn,
    command: commandOf(message.cn),
    ...head(message),
    ...(reading.dataTime === undefined ? {} : { dataTime: beijingIso(reading.dataTime) }),
    ...answerOf(reading),
    values: reading.numbers,
    units: reading.units,
    ...some(
      'flags',
      mapValues(reading.marks, (code) => ({ code, ...markOf(code) })),
    ),
    ...some('factors', factorNames(reading)),
    ...some('texts', mapValues(reading.texts, readableText)),
  }
}

function head({ qn, password, flag, packet, resent }: Hj212Frame): Record<string, unknown> {
  const asked = qn === undefined ? undefined : (hj212Time(qn.slice(0, 17)) ?? hj212Time(qn.slice(0, 14)))
  return {
    ...(qn === undefined ? {} : { qn }),
    ...(asked === undefined ? {} : { sentAt: beijingIso(asked) }),
    ...(password === undefined ? {} : { password }),
    ...(flag === undefined ? {} : { flag: { value: flag, ...flagOf(flag) } }),
    ...(packet ? { packet } : {}),
    ...(resent ? { resent } : {}),
  }
}

function answerOf({ texts }: Hj212Reading): Record<string, unknown> {
  const code = texts.QnRtn ?? texts.ExeRtn
  if (code === undefined) return {}
  return { result: { code, ...(texts.QnRtn === undefined ? requestResult(code) : requestAnswer(code)) } }
}

function factorNames(reading: Hj212Reading): Record<string, Meaning> {
  const names: Record<string, Meaning> = {}
  for (const name of [...Object.keys(reading.numbers), ...Object.keys(reading.marks)]) {
    const factor = factorOf(name.split('-', 1)[0] ?? '')
    if (factor) names[factor.code] = { zh: factor.zh, en: factor.en }
  }
  return names
}

/** Times in the data area are read as such. */
function readableText(text: string, name: string): string {
  const at = name.endsWith('Time') ? hj212Time(text) : undefined
  return at === undefined ? text : beijingIso(at)
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, to: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value, name)]))

const some = (name: string, record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.keys(record).length === 0 ? {} : { [name]: record }
