import type { Decoded, FrameFault } from '../frames/frame.ts'
import { hasStationClass, isSeriesReport, type Sl651Body, sl651Time } from './body.ts'
import { BodyDraft } from './draft.ts'
import { arrayValues, arrayWidth, elementOfAscii } from './elements.ts'
import type { Sl651Frame } from './frame.ts'

/** Where the body begins in a frame of one packet. */
const bodyAt = 24

const fieldFault = (place: number, detail: string): FrameFault => ({ check: 'field', byte: bodyAt + place, detail })
const numberPattern = /^-?\d+(\.\d+)?$/

/** Reads an ASCII coded body: identifiers and data between spaces [SL 651-2014 6.6.2]. */
export function parseAscii(
  { body, function: code, direction }: Pick<Sl651Frame, 'body' | 'function' | 'direction'>,
  zoneMinutes: number | undefined,
): Decoded<Sl651Body> {
  const text = body.toString('latin1')
  const [, serial, time] = /^([0-9A-Fa-f]{4})(\d{12})/.exec(text) ?? []
  const sentAt = sl651Time(time ?? '', zoneMinutes)
  if (serial === undefined || sentAt === undefined) {
    return { ok: false, fault: fieldFault(0, 'no serial number and time of sending') }
  }
  const draft = new BodyDraft()
  const words = [...text.slice(16).matchAll(/\S+/g)].map((match) => ({ word: match[0], place: 16 + match.index }))
  const fault = direction === 'down' ? asked(words, draft) : readWords(words, text, code, draft, zoneMinutes)
  return fault ? { ok: false, fault } : { ok: true, message: draft.done(Number.parseInt(serial, 16), sentAt) }
}

interface Word {
  readonly word: string
  readonly place: number
}

function asked(words: readonly Word[], draft: BodyDraft): undefined {
  for (const { word } of words) draft.asked.push(word)
}

function readWords(
  words: readonly Word[],
  text: string,
  code: number,
  draft: BodyDraft,
  zoneMinutes: number | undefined,
): FrameFault | undefined {
  for (let index = 0; index < words.length; index++) {
    const { word, place } = words[index] as Word
    const next = words[index + 1]?.word ?? ''
    const step = /^DR([DHN])(\d\d)$/.exec(word)
    if (word === 'ST') {
      if (!/^\d{6}[0-9A-F]{4}$/i.test(next)) return fieldFault(place, `no station has the address ${next}`)
      const stationClass = hasStationClass(code) ? words[index + 2]?.word.charCodeAt(0) : undefined
      draft.station(next.toUpperCase(), stationClass)
      index += hasStationClass(code) ? 2 : 1
    } else if (word === 'TT') {
      const at = sl651Time(next, zoneMinutes)
      if (at === undefined) return fieldFault(place, `time of observation ${next} is none`)
      draft.observedAt(at)
      index++
    } else if (word === 'RGZS') {
      draft.texts.entered = text.slice(place + 5)
      return undefined
    } else if (word === 'PIC') {
      draft.more.picture = Buffer.from(text.slice(place + 4), 'latin1')
      return undefined
    } else if (step) draft.stepMinutes = Number(step[2]) * ({ D: 1440, H: 60, N: 1 }[step[1] ?? ''] ?? 0)
    else if (isSeriesReport(code) && draft.stepMinutes !== undefined) return columns(words.slice(index), draft)
    else {
      const fault = keep(word, next, place, draft)
      if (fault) return fault
      index++
    }
  }
  return undefined
}

function keep(word: string, next: string, place: number, draft: BodyDraft): FrameFault | undefined {
  if (next === '') return fieldFault(place, `${word} without data`)
  const { id } = elementOfAscii(word)
  const width = arrayWidth(Number.parseInt(id, 16))
  if (word === 'ZT') draft.more.state = Number.parseInt(next, 16) || 0
  else if (width) {
    if (!/^([0-9A-F]{2})+$/i.test(next)) return fieldFault(place, `${word} is not hexadecimal`)
    draft.series(id, arrayValues(Buffer.from(next, 'hex'), width), 5)
  } else draft.observe(id, numberPattern.test(next) ? Number(next) : undefined)
  return undefined
}

/** Several elements, then one value of each per step; `M`: none [SL 651-2014 6.6.4.4]. */
function columns(words: readonly Word[], draft: BodyDraft): FrameFault | undefined {
  const first = words.findIndex(({ word }) => numberPattern.test(word) || word === 'M')
  const names = words.slice(0, first < 0 ? words.length : first)
  const data = words.slice(names.length)
  if (names.length === 0) return fieldFault(words[0]?.place ?? 0, 'values without an element')
  names.forEach(({ word }, column) => {
    const values = data
      .filter((_, index) => index % names.length === column)
      .map(({ word: value }) => (numberPattern.test(value) ? Number(value) : null))
    draft.series(elementOfAscii(word).id, values, 0)
  })
  return undefined
}
