import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

/** One formula as a command: what it takes, what it gives, and where it comes from. */
export interface CalcFormula {
  readonly name: string
  readonly what: { readonly zh: string; readonly en: string }
  /** Standard and clause, or document. */
  readonly source: string
  /** JSON Schema of the input. */
  readonly input: TSchema
  readonly example: object
  /** Result, or why the input is none. */
  compute(input: unknown): CalcOutcome
}

export type CalcOutcome =
  | { readonly ok: true; readonly result: object }
  /** `at`: JSON pointer of the input, empty for all of it. */
  | { readonly ok: false; readonly at: string; readonly reason: string }

interface Parts<S extends TSchema> {
  readonly name: string
  readonly zh: string
  readonly en: string
  readonly source: string
  readonly input: S
  readonly example: Static<S> & object
  readonly compute: (input: Static<S>) => object
  /** What a schema cannot say; undefined when the input is sound. */
  readonly fault?: (input: Static<S>) => string | undefined
}

export function calcFormula<S extends TSchema>(parts: Parts<S>): CalcFormula {
  const { name, zh, en, source, input: schema, example, fault } = parts
  return {
    ...{ name, what: { zh, en }, source, input: schema, example },
    compute(input) {
      const [first] = Value.Errors(schema, input)
      if (first) return { ok: false, at: first.instancePath, reason: first.message }
      const sound = input as Static<S>
      const reason = fault?.(sound)
      return reason === undefined ? { ok: true, result: parts.compute(sound) } : { ok: false, at: '', reason }
    },
  }
}

/** An object of these keys and no others. */
export const keys = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

export const Percent = Type.Number({ minimum: 0, maximum: 100, description: 'Per cent.' })
export const Celsius = Type.Number({ minimum: -100, maximum: 100, description: '°C.' })
export const AtLeastZero = Type.Number({ minimum: 0 })
export const Levels = Type.Array(Type.Number({ description: 'dB.' }), { minItems: 1, maxItems: 1_000_000 })
export const MatrixSchema = Type.Array(Type.Array(Type.Number(), { minItems: 1, maxItems: 100 }), {
  minItems: 1,
  maxItems: 10_000,
  description: 'Row by row.',
})

/** Why rows are no matrix; undefined when all are as long as the first. */
export function raggedness(matrix: readonly (readonly number[])[]): string | undefined {
  const width = matrix[0]?.length
  const row = matrix.findIndex((values) => values.length !== width)
  return row < 0 ? undefined : `row ${row} has ${matrix[row]?.length} numbers, the first ${width}`
}
