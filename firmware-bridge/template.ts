import { type Problem, placer, readDocument } from '@civitals/contracts/document'
import { nearest } from '@civitals/contracts/nearest'

/** A document and where it came from. */
export interface Source {
  readonly text: string
  readonly file: string
}

/** Templates by id. */
export type Templates = ReadonlyMap<string, Source>

/** A problem of the merged profile, in the file that is at fault. */
export type Place = (keys: readonly string[], message: string, onKey?: boolean) => Problem

export type MergedProfile =
  | { readonly ok: true; readonly value: unknown; readonly place: Place }
  | { readonly ok: false; readonly problems: readonly Problem[] }

type Mapping = Readonly<Record<string, unknown>>
const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The profile with what its template says: keys of the profile win, points merge by id (their `read` key by key) and stand in the order
 * of the template, new ones behind; a point given as `{ id, remove: true }` is left out.
 */
export function mergeTemplate(written: unknown, own: Source, templates: Templates): MergedProfile {
  const placeOwn = placer(own.text, own.file)
  if (!isMapping(written) || written.extends === undefined) return { ok: true, value: written, place: placeOwn }
  const id = String(written.extends)
  const source = templates.get(id)
  if (!source) {
    const near = nearest(id, [...templates.keys()])
    const message = `template ${id} is not known${near ? `; did you mean ${near}?` : ''}`
    return { ok: false, problems: [placeOwn(['extends'], message)] }
  }
  const read = readTemplate(id, source)
  if (!read.ok) return read
  const points = mergePoints(written.points, read.value.points)
  const problems = points.strangers.map((place) =>
    placeOwn(['points', String(place), 'id'], `the template ${id} has no such point to remove`),
  )
  if (problems.length > 0) return { ok: false, problems }
  const value = { ...read.value, ...written, ...(points.merged && { points: points.merged }) }
  const placeTemplate = placer(source.text, source.file)
  const place: Place = (keys, message, onKey) => {
    const origin = keys[0] === 'points' ? points.origins?.[Number(keys[1])] : undefined
    const rest = keys.slice(2)
    const [ownKeys, templateKeys] = origin
      ? [pointKeys(origin.own, rest), pointKeys(origin.template, rest)]
      : [keys, keys]
    const inTemplate = templateKeys && !(ownKeys && has(written, ownKeys)) && has(read.value, templateKeys)
    return inTemplate || !ownKeys
      ? placeTemplate(templateKeys ?? keys, message, onKey)
      : placeOwn(ownKeys, message, onKey)
  }
  return { ok: true, value, place }
}

const pointKeys = (place: number | undefined, rest: readonly string[]): string[] | undefined =>
  place === undefined ? undefined : ['points', String(place), ...rest]

function has(value: unknown, keys: readonly string[]): boolean {
  let node = value
  for (const key of keys) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return false
    node = (node as Mapping)[key]
  }
  return true
}

type ReadTemplate =
  | { readonly ok: true; readonly value: Mapping }
  | { readonly ok: false; readonly problems: readonly Problem[] }

const notOfTemplates = ['profile', 'version', 'extends'] as const

/** A template without its own name; what it holds is checked as part of every profile that starts from it. */
function readTemplate(id: string, { text, file }: Source): ReadTemplate {
  const read = readDocument(text, file)
  if (!read.ok) return read
  const place = placer(text, file)
  if (!isMapping(read.value)) return { ok: false, problems: [place([], 'must hold keys')] }
  const { template, ...value } = read.value
  const problems = notOfTemplates
    .filter((key) => value[key] !== undefined)
    .map((key) => place([key], 'is for profiles, not for templates', true))
  if (template !== id) problems.push(place(['template'], `must be ${id}, the name of the file`))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value }
}

/** Where a merged point stands in the two documents. */
interface Origin {
  readonly own: number | undefined
  readonly template: number | undefined
}

interface MergedPoints {
  /** undefined when one of the two is no list: then the profile's wins as it is. */
  readonly merged?: readonly unknown[]
  readonly origins?: readonly Origin[]
  /** Places of own points to remove that the template does not have. */
  readonly strangers: readonly number[]
}

function mergePoints(own: unknown, template: unknown): MergedPoints {
  if (!Array.isArray(template) || (own !== undefined && !Array.isArray(own))) return { strangers: [] }
  const ours: readonly unknown[] = own ?? []
  const known = new Set(template.map(idOf))
  const byId = new Map(ours.map((point, place) => [idOf(point), place]))
  const merged: unknown[] = []
  const origins: Origin[] = []
  for (const [place, point] of template.entries()) {
    const at = byId.get(idOf(point))
    const over = at === undefined ? undefined : ours[at]
    if (isMapping(over) && over.remove === true) continue
    merged.push(at === undefined ? point : mergePoint(point, over))
    origins.push({ own: at, template: place })
  }
  const strangers: number[] = []
  for (const [place, point] of ours.entries()) {
    if (known.has(idOf(point)) && byId.get(idOf(point)) === place) continue
    if (isMapping(point) && point.remove === true) strangers.push(place)
    merged.push(point)
    origins.push({ own: place, template: undefined })
  }
  return { merged, origins, strangers }
}

const idOf = (point: unknown): unknown => (isMapping(point) ? point.id : undefined)

function mergePoint(template: unknown, own: unknown): unknown {
  if (!isMapping(template) || !isMapping(own)) return own
  const read = isMapping(template.read) && isMapping(own.read) ? { read: { ...template.read, ...own.read } } : {}
  return { ...template, ...own, ...read }
}
