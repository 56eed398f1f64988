import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import {
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
  type Document as YamlDocument,
} from 'yaml'
import { nearest } from './nearest.ts'

/** A value as YAML text, as people edit it: keys in the order given, no line folded. */
export const documentText = (value: unknown): string => stringify(value, { lineWidth: 0 })

/** One thing wrong in a document, where a person finds it. Lines and columns count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Path of keys, e.g. `lines.0.baud`. */
  readonly path: string
  readonly message: string
}

export type CheckedDocument<S extends TSchema> =
  | { readonly ok: true; readonly value: Static<S> }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** `file:line:column: path: message`, as editors and terminals understand it. */
export const printProblem = (problem: Problem): string =>
  `${problem.file}:${problem.line}:${problem.column}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`

/**
 * Reads YAML (or JSON) text against a schema. Unknown keys are problems that name the nearest valid key. Never throws for
 * what a person wrote; `file` is only used to say where.
 */
export function checkDocument<S extends TSchema>(schema: S, text: string, file: string): CheckedDocument<S> {
  const read = readDocument(text, file)
  if (!read.ok) return read
  const findings = findingsOf(schema, read.value)
  if (findings.length === 0) return { ok: true, value: read.value as Static<S> }
  const place = placer(text, file)
  return { ok: false, problems: inOrder(findings.map(({ keys, message, onKey }) => place(keys, message, onKey))) }
}

export type ReadDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Reads YAML (or JSON) text; an empty one is an empty object. Never throws. */
export function readDocument(text: string, file: string): ReadDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length === 0) return { ok: true, value: document.toJS() ?? {} }
  const problems = document.errors.map(({ message, pos: [offset] }) => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col, path: '', message }
  })
  return { ok: false, problems }
}

/** Makes problems of one text, which is parsed once: `keys` lead from the top of the document. */
export function placer(
  text: string,
  file: string,
): (keys: readonly string[], message: string, onKey?: boolean) => Problem {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  return (keys, message, onKey = false) => {
    const { line, col } = lines.linePos(offsetOf(document, keys, onKey))
    return { file, line, column: col, path: keys.join('.'), message }
  }
}

/**
 * A problem found by a check that a schema cannot make (an id used twice, a unit nobody knows), placed where a person finds it
 * in the text it was read from. `keys`: path from the top of the document.
 */
export const problemAt = (text: string, file: string, keys: readonly string[], message: string): Problem =>
  placer(text, file)(keys, message)

/** Problems as a person reads them: from top to bottom, each once. */
export const inOrder = (problems: readonly Problem[]): Problem[] =>
  unique(problems).sort((a, b) => a.line - b.line || a.column - b.column)

/** One thing a schema has against a value, not yet placed in a text. `onKey`: the key itself is wrong, not what it holds. */
export interface Finding {
  readonly keys: readonly string[]
  readonly message: string
  readonly onKey: boolean
}

/** All that a schema has against a value; nothing when it fits. */
export const findingsOf = (schema: TSchema, value: unknown): Finding[] =>
  Value.Check(schema, value) ? [] : Value.Errors(schema, value).flatMap((error) => problemsOf(error, schema, value))

type ValidationError = ReturnType<typeof Value.Errors>[number]

function problemsOf(error: ValidationError, schema: TSchema, value: unknown): Finding[] {
  const keys = pointerKeys(error.instancePath)
  if (error.keyword === 'additionalProperties') {
    return error.params.additionalProperties.map((key) => {
      const near = nearest(key, keysAt(schema, keys))
      return { keys: [...keys, key], message: `unknown key${near ? `; did you mean ${near}?` : ''}`, onKey: true }
    })
  }
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((key) => ({ keys, message: `key ${key} is missing`, onKey: false }))
  }
  if (error.keyword === 'enum')
    return [{ keys, message: notAllowed(error.params.allowedValues, value, keys), onKey: false }]
  if (error.keyword === 'boolean' || error.keyword === 'unevaluatedProperties') return []
  return [{ keys, message: error.message, onKey: false }]
}

function notAllowed(allowed: readonly unknown[], value: unknown, keys: readonly string[]): string {
  const names = allowed.map(String)
  const written = keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], value)
  const near = typeof written === 'string' ? nearest(written, names) : undefined
  return near ? `${written} is not known; did you mean ${near}?` : `must be one of ${names.join(', ')}`
}

const pointerKeys = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Keys the schema allows at a path; of a union, those of every member. */
function keysAt(schema: TSchema, keys: readonly string[]): string[] {
  let schemas: SchemaNode[] = [schema as SchemaNode]
  for (const key of keys) schemas = schemas.flatMap(members).flatMap((node) => childOf(node, key))
  return [...new Set(schemas.flatMap(members).flatMap((node) => Object.keys(node.properties ?? {})))]
}

interface SchemaNode {
  readonly anyOf?: readonly SchemaNode[]
  readonly allOf?: readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode | readonly SchemaNode[]
}

const members = (node: SchemaNode): SchemaNode[] =>
  [node, ...(node.anyOf ?? []), ...(node.allOf ?? [])].flatMap((one) => (one === node ? [one] : members(one)))

function childOf(node: SchemaNode, key: string): SchemaNode[] {
  const named = node.properties?.[key]
  if (named) return [named]
  if (Array.isArray(node.items)) return node.items[Number(key)] ? [node.items[Number(key)]] : []
  if (node.items && /^\d+$/.test(key)) return [node.items as SchemaNode]
  return Object.values(node.patternProperties ?? {})
}

function offsetOf(document: YamlDocument, keys: readonly string[], onKey: boolean): number {
  for (let depth = keys.length; depth >= 0; depth--) {
    const offset = offsetAt(document, keys.slice(0, depth), onKey && depth === keys.length)
    if (offset !== undefined) return offset
  }
  return 0
}

function offsetAt(document: YamlDocument, keys: readonly string[], onKey: boolean): number | undefined {
  const parent = keys.length === 0 ? document.contents : document.getIn(keys.slice(0, -1).map(numeric), true)
  if (keys.length === 0) return (parent as Node | null)?.range?.[0] ?? 0
  const last = keys[keys.length - 1] ?? ''
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === last)
    if (pair && isScalar(pair.key) && (onKey || !pair.value)) return pair.key.range?.[0]
    return (pair?.value as Node | undefined)?.range?.[0]
  }
  return (document.getIn(keys.map(numeric), true) as Node | undefined)?.range?.[0]
}

const numeric = (key: string): string | number => (/^\d+$/.test(key) ? Number(key) : key)

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [printProblem(problem), problem]))
  return [...seen.values()]
}
