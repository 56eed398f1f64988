import { BodySystemSchema } from '@civitals/contracts/body'
import { NameSchema } from '@civitals/contracts/registry'
import { type Static, Type } from 'typebox'
import { SourceSchema } from './source.ts'

const Day = (description: string) => Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description })
const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description })
const Limit = Type.Union([Type.Number(), Type.Null()])

const InputSchema = Type.Object(
  {
    kind: Type.String({ description: 'Terminal kind.' }),
    points: Type.Array(Type.String(), { minItems: 1, description: 'Points, in the order the formula takes them.' }),
  },
  { additionalProperties: false },
)

const Anchors = Type.Array(Type.Number(), {
  minItems: 6,
  maxItems: 6,
  description: 'Values that score 100, 85, 70, 50, 30, 0; rising = lower is better.',
})
const Standards = Type.Optional(
  Type.Array(Type.String(), { description: 'Standards it rests on, by their id in standards/register.json.' }),
)
const Unit = Type.String({ description: 'Unit id of the value.' })
const Vital = Type.Optional(Type.Boolean({ description: 'May cap the score of its system and of the city.' }))

const described = {
  id: Type.String({ pattern: '^[A-Z]{4}-\\d{2}$' }),
  name: NameSchema,
  weight: Share('Weight inside its system; those of all listed indicators of a system sum to 1.'),
}

/** One indicator that is computed. */
export const DefinitionSchema = Type.Object(
  {
    ...described,
    version: Type.Integer({ minimum: 1 }),
    validFrom: Day('First local day this version applies to.'),
    validTo: Type.Optional(Day('Last local day; absent: until a newer version applies.')),
    state: Type.Enum(['draft', 'trial', 'in force', 'retired'], {
      description:
        'draft: not computed. trial: computed and shown, not counted. in force: counted. retired: was counted until validTo.',
    }),
    owner: Type.Optional(NameSchema),
    vital: Vital,
    unit: Unit,
    anchors: Anchors,
    source: SourceSchema,
    standards: Standards,
    inputs: Type.Optional(Type.Array(InputSchema)),
    formula: Type.String({ description: 'Name of a measure.' }),
    windowMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
    spatial: Type.Enum(['worst', 'median', 'mean', 'pooled', 'energy-mean', 'flow-weighted'], {
      description: 'How sites become one number.',
    }),
    minimum: Type.Object(
      {
        coverage: Type.Optional(
          Share('Of the expected minutes of a window or an hour. Default 0.75: 45 of 60. 0 = one reading is enough.'),
        ),
        sites: Type.Optional(Share('Of the terminals. Default 0.5.')),
        hours: Type.Optional(Type.Integer({ minimum: 1, description: 'Valid hours within the window.' })),
        weeks: Type.Optional(Type.Integer({ minimum: 1, description: 'Weeks of history.' })),
        messages: Type.Optional(Type.Integer({ minimum: 1 })),
      },
      { additionalProperties: false, description: 'Below this the indicator has no valid value.' },
    ),
    holdForMinutes: Type.Integer({
      minimum: 0,
      maximum: 1440,
      description: 'How long a gap is held at the last valid score.',
    }),
    indicative: Type.Optional(Type.Boolean({ description: 'Rests on sensors that are not of reference grade.' })),
    parameters: Type.Optional(
      Type.Object(
        {
          zone: Type.Optional(Type.String({ description: 'Acoustic zone of the sites [GB 3096-2008].' })),
          period: Type.Optional(Type.Enum(['day', 'night'])),
          pass: Type.Optional(Type.Tuple([Limit, Limit], { description: 'Values that pass, ends included.' })),
          above: Type.Optional(Type.Number({ description: 'Limit the formula compares with.' })),
          spanMinutes: Type.Optional(
            Type.Integer({
              minimum: 1,
              description: 'Newest minutes that are judged; the window only says how old they may be.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    forecast: Type.Optional(
      Type.Object(
        {
          windowMinutes: Type.Integer({ minimum: 1, maximum: 10, description: 'Stretch the slope is taken over.' }),
          minimumRise: Type.Number({
            exclusiveMinimum: 0,
            description: 'Rise within the stretch below which nothing is said.',
          }),
          horizonMinutes: Type.Integer({ minimum: 1 }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type Definition = Static<typeof DefinitionSchema>

/** One indicator of the catalogue that is not computed, by a dated decision: it is out of scope, not missing. */
export const OutOfScopeSchema = Type.Object(
  {
    ...described,
    unit: Unit,
    anchors: Type.Optional(Anchors),
    vital: Vital,
    source: SourceSchema,
    standards: Standards,
    decided: Day('Day of the decision.'),
    reason: NameSchema,
  },
  { additionalProperties: false },
)

export type OutOfScope = Static<typeof OutOfScopeSchema>

const header = {
  system: BodySystemSchema,
  version: Type.Integer({ minimum: 1 }),
  validFrom: Day('First local day this weight applies to.'),
  weight: Share('Weight of the system in the city; those of all systems sum to 1.'),
  owner: NameSchema,
}

/** Weight and owner of a body system from a day on. */
export const SystemHeaderSchema = Type.Object(header, { additionalProperties: false })
export type SystemHeader = Static<typeof SystemHeaderSchema>

/** `definitions/<SYSTEM>.yaml`: one body system, every version of its indicators. */
export const SystemFileSchema = Type.Object(
  { ...header, indicators: Type.Array(DefinitionSchema), outOfScope: Type.Array(OutOfScopeSchema) },
  { additionalProperties: false },
)
export type SystemFile = Static<typeof SystemFileSchema>

/** A body system as it stands on one day: what is counted, what is tried beside it, what is out of scope. */
export interface SystemDocument {
  readonly system: SystemHeader['system']
  readonly weight: number
  readonly owner: SystemHeader['owner']
  readonly inForce: readonly Definition[]
  readonly trial: readonly Definition[]
  readonly outOfScope: readonly OutOfScope[]
}
