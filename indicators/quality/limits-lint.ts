import { type CheckedDocument, checkDocument } from '@civitals/contracts/document'
import { type KindLimits, LimitsDocumentSchema, type PointLimits } from './limits.ts'

/** Reads a document of limits: schema first, then what no schema can say. Never throws for what a person wrote. */
export function checkLimits(text: string, file: string): CheckedDocument<typeof LimitsDocumentSchema> {
  const checked = checkDocument(LimitsDocumentSchema, text, file)
  if (!checked.ok) return checked
  const problems = Object.entries(checked.value.kinds).flatMap(([kind, limits]) => kindProblems(kind, limits))
  if (problems.length === 0) return checked
  return {
    ok: false,
    problems: problems.map(({ path, message }) => ({ file, line: lineOf(text, path), column: 1, path, message })),
  }
}

interface Finding {
  readonly path: string
  readonly message: string
}

const kindProblems = (kind: string, { points, cross = [] }: KindLimits): Finding[] => [
  ...Object.entries(points).flatMap(([point, limits]) =>
    pointProblems(limits).map((message) => ({ path: `${kind}.${point}`, message })),
  ),
  ...cross.flatMap(({ point, atMost }) =>
    point === atMost ? [{ path: kind, message: `cross rule compares ${point} with itself` }] : [],
  ),
]

function pointProblems({ hazard, range, step, spike, flat, attenuated }: PointLimits): string[] {
  const found: string[] = []
  if (range && range.sensor[0] >= range.sensor[1]) found.push('sensor range must rise')
  if (range?.user && !(range.user[0] < range.user[1])) found.push('user range must rise')
  if (range?.user && (range.user[0] < range.sensor[0] || range.user[1] > range.sensor[1]))
    found.push('user range must lie within the sensor range')
  if (spike && spike.suspect > spike.fail) found.push('a spike must be suspect before it fails')
  if (flat && flat.suspectMinutes > flat.failMinutes) found.push('a flat line must be suspect before it fails')
  if (attenuated && attenuated.fail > attenuated.suspect) found.push('attenuation must be suspect before it fails')
  // A hazard is scored at once, so its spikes are only marked by the step test.
  if (hazard && spike && !step) found.push('a hazard with a spike limit needs a step limit')
  return found
}

function lineOf(text: string, path: string): number {
  const [kind = '', point = ''] = path.split('.')
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim().startsWith(`${kind}:`))
  const inner = lines.findIndex((line, k) => k >= start && line.trim().startsWith(`${point}:`))
  return Math.max(1, (point !== '' && inner >= 0 ? inner : start) + 1)
}
