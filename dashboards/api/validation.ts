import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { Problem } from './shapes.ts'

export type Checked =
  | { readonly value: unknown }
  | { readonly error: Error & { statusCode: number; problems: Problem['errors'] } }

/**
 * A checker for one part of a request. Text of paths and queries is converted ("10" to 10) and defaults are filled in;
 * bodies are taken as they are.
 */
export function checkerOf(schema: TSchema, part: string): (data: unknown) => Checked {
  const compiled = Compile(schema)
  const loose = part !== 'body'
  return (data) => {
    const value = loose ? Value.Convert(schema, Value.Default(schema, { ...(data as object) })) : data
    if (compiled.Check(value)) return { value }
    const problems = [...compiled.Errors(value)]
      .filter((error) => error.keyword !== 'boolean')
      .map((error) => ({
        path: `${part}${error.instancePath}`,
        message: explain(error),
      }))
    const unique = [...new Map(problems.map((entry) => [`${entry.path} ${entry.message}`, entry])).values()]
    const error = new Error(`${part}: ${unique[0]?.message ?? 'not valid'}`)
    return { error: Object.assign(error, { statusCode: 400, problems: unique.slice(0, 20) }) }
  }
}

function explain(error: { readonly keyword: string; readonly message: string; readonly params: object }): string {
  const extra = (error.params as { additionalProperties?: readonly string[] }).additionalProperties
  return error.keyword === 'additionalProperties' && extra ? `unknown: ${extra.join(', ')}` : error.message
}
