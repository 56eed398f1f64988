import { checkDocument, type Problem } from '@civitals/contracts/document'
import type { Static, TSchema } from 'typebox'

/** What was read of the frames of a case and what its file expects, in the form of the file. */
export interface Replayed {
  readonly got: object
  readonly wanted: object
  /** Points that had a value. */
  readonly points: readonly string[]
}

/** A file that is no case of its protocol: `problems` are placed in it already, `found` are not. */
export class CaseError extends Error {
  readonly problems: readonly Problem[]
  readonly found: readonly Difference[]

  constructor(problems: readonly Problem[], found: readonly Difference[] = []) {
    super([...problems, ...found].map(({ message }) => message).join('; '))
    this.problems = problems
    this.found = found
  }
}

/** @throws CaseError for a file that is not of this form. */
export function checkedCase<S extends TSchema>(schema: S, text: string, file: string): Static<S> {
  const document = checkDocument(schema, text, file)
  if (!document.ok) throw new CaseError(document.problems)
  return document.value
}

/** One place where a case expects something else than is read. `keys`: path in its file. */
export interface Difference {
  readonly keys: readonly string[]
  readonly message: string
}

/** All places where `wanted` and `got` differ, in the order of the file. */
export function differences(wanted: unknown, got: unknown, keys: readonly string[] = []): Difference[] {
  if (isTree(wanted) && isTree(got)) {
    const names = new Set([...Object.keys(wanted), ...Object.keys(got)])
    return [...names].flatMap((name) => differences(wanted[name], got[name], [...keys, name]))
  }
  if (Object.is(wanted, got)) return []
  if (wanted === undefined) return [{ keys, message: `${JSON.stringify(got)} is read, which the case does not expect` }]
  const read = got === undefined ? 'nothing is read' : `${JSON.stringify(got)} is read`
  return [{ keys, message: `${JSON.stringify(wanted)} is expected, ${read}` }]
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
