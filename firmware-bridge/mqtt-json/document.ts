import type { BadQuality } from '../driver.ts'

/** What a JSON document says in numbers, by path: `object.temperature`, `rxInfo[0].rssi`. */
export interface DocumentElements {
  readonly elements: Record<string, number>
  /** Paths that stand there without a value: null. */
  readonly bad: Record<string, BadQuality>
}

/** What a document may hold before the rest of it is left unread. */
const mostElements = 1024
const deepest = 16
const number = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/

/** Numbers, texts that are numbers (64-bit integers of Protocol Buffers come so), and booleans as 1 and 0. */
export function elementsOf(document: unknown): DocumentElements {
  const found: DocumentElements = { elements: {}, bad: {} }
  let left = mostElements
  const walk = (value: unknown, path: string, depth: number): void => {
    if (path === '__proto__' || left <= 0) return
    if (typeof value === 'object' && value !== null) {
      if (depth >= deepest) return
      for (const [key, inner] of Object.entries(value)) walk(inner, below(path, key, Array.isArray(value)), depth + 1)
      return
    }
    left--
    const quantity = numberOf(value)
    if (quantity !== undefined) found.elements[path] = quantity
    else if (value === null) found.bad[path] = 'stale'
  }
  walk(document, '', 0)
  return found
}

/** What stands at a path; undefined where the document has no such place. */
export function valueAt(document: unknown, path: string): unknown {
  const keys = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? []
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    document,
  )
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value)
  const quantity = typeof value === 'string' && number.test(value) ? Number(value) : value
  return typeof quantity === 'number' && Number.isFinite(quantity) ? quantity : undefined
}

function below(path: string, key: string, inArray: boolean): string {
  if (inArray) return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}
