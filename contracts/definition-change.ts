import { type Static, Type } from 'typebox'
import { BodySystemSchema } from './body.ts'
import { NameSchema } from './registry.ts'

/** A definition file as it travels: YAML of one body system. */
export const DefinitionTextSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'File name, only used to say where.' }),
    text: Type.String({ maxLength: 400_000 }),
  },
  { additionalProperties: false },
)
export type DefinitionText = Static<typeof DefinitionTextSchema>

const change = {
  what: Type.Enum(['add', 'alter'], { description: 'alter: a draft, a last day or a place in the lifecycle.' }),
  key: Type.String({ description: 'Indicator id, or the code of a system.' }),
  version: Type.Integer(),
  from: Type.String({ description: 'First local day on which something is computed differently.' }),
  before: Type.Unknown({ description: 'The definition before; null when it is new.' }),
  after: Type.Unknown({ description: 'The definition after.' }),
}

/** What applying definition files would do. */
export const ProposalSchema = Type.Object({
  plan: Type.String({ description: 'Names exactly these changes to exactly this store; apply takes it back.' }),
  changes: Type.Array(Type.Object(change)),
  problems: Type.Array(Type.String(), {
    description: 'Why they cannot be applied, where it can be said as file:line:column; empty when they can.',
  }),
})
export type Proposal = Static<typeof ProposalSchema>
export type ProposedChange = Proposal['changes'][number]

/** A change of the definitions that was applied; kept for ever. */
export const KeptChangeSchema = Type.Object({
  id: Type.Integer(),
  at: Type.Number({ description: 'When, ms since 1970.' }),
  by: Type.String(),
  why: Type.String(),
  ...change,
})
export type KeptChange = Static<typeof KeptChangeSchema>

const Content = Type.Record(Type.String(), Type.Unknown())

/** The indicator system as it stands on one local day. */
export const DefinitionsOnDaySchema = Type.Object({
  day: Type.String(),
  systems: Type.Array(
    Type.Object({
      system: BodySystemSchema,
      weight: Type.Number(),
      owner: NameSchema,
      inForce: Type.Array(Content),
      trial: Type.Array(Content),
      outOfScope: Type.Array(Content),
    }),
  ),
})
export type DefinitionsOnDay = Static<typeof DefinitionsOnDaySchema>
