import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { checkDocument, printProblem } from '@civitals/contracts/document'
import { type Static, Type } from 'typebox'
import { type Codec, type FrameProtocol, loadCodec } from '../decode.ts'
import { parseFrame } from '../frames/frame-text.ts'

const CaseSchema = Type.Object(
  {
    /** Where in the source, or what is special about it. */
    from: Type.Optional(Type.String()),
    frame: Type.String({ minLength: 1 }),
    /** What the explanation must hold: a part of it, arrays whole. */
    expect: Type.Object({ valid: Type.Boolean() }, { additionalProperties: true }),
  },
  { additionalProperties: false },
)

const GoldenSchema = Type.Object(
  {
    source: Type.String({ minLength: 1 }),
    frame: Type.Optional(Type.String({ minLength: 1 })),
    expect: Type.Optional(Type.Object({ valid: Type.Boolean() }, { additionalProperties: true })),
    cases: Type.Optional(Type.Array(CaseSchema, { minItems: 1 })),
  },
  { additionalProperties: false },
)

export interface GoldenFrame {
  readonly name: string
  readonly frame: Buffer
  readonly expect: Static<typeof CaseSchema>['expect']
}

const folders: Partial<Record<FrameProtocol, string>> = { 'modbus-rtu': 'modbus' }

/** Every published frame of a protocol with what it means; a file holds one case or many. @throws for a file that is not of the form. */
export async function goldenFrames(protocol: FrameProtocol): Promise<GoldenFrame[]> {
  const codec = await loadCodec(protocol)
  const folder = join(import.meta.dirname, '..', folders[protocol] ?? protocol, 'golden')
  return globSync(join(folder, '*.yaml'))
    .sort()
    .flatMap((file) => casesOf(file, codec))
}

/** Only the frames that are good. */
export async function goodFrames(protocol: FrameProtocol): Promise<Buffer[]> {
  return (await goldenFrames(protocol)).filter(({ expect }) => expect.valid).map(({ frame }) => frame)
}

function casesOf(file: string, codec: Codec): GoldenFrame[] {
  const checked = checkDocument(GoldenSchema, readFileSync(file, 'utf8'), file)
  if (!checked.ok) throw new Error(checked.problems.map(printProblem).join('\n'))
  const { frame, expect, cases = [] } = checked.value
  const all = frame && expect ? [{ frame, expect }, ...cases] : cases
  return all.map((golden, place) => {
    const parsed = parseFrame(golden.frame, codec.text)
    if (!parsed.ok) throw new Error(`${file}: case ${place + 1}: ${parsed.fault.detail}`)
    const from = 'from' in golden && golden.from ? ` (${golden.from})` : ''
    return { name: `${basename(file, '.yaml')} ${place + 1}${from}`, frame: parsed.message, expect: golden.expect }
  })
}
