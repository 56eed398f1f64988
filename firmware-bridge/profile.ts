import type { Problem } from '@civitals/contracts/document'
import { checkDocument } from '@civitals/contracts/document'
import { Duration } from '@civitals/contracts/duration'
import { Id } from '@civitals/contracts/ids'
import { NameSchema } from '@civitals/contracts/registry'
import { type Static, Type } from 'typebox'
import { lintProfile } from './profile-lint.ts'

const literals = <T extends string>(names: readonly T[], description: string) => Type.Enum([...names], { description })

/** Where a point stands in a terminal's memory and how its number is made of it. */
export const ReadSpecSchema = Type.Object(
  {
    function: literals(['coil', 'discrete', 'holding', 'input'], 'Modbus table: function code 1, 2, 3 or 4.'),
    address: Type.Integer({ minimum: 0, maximum: 65535, description: 'Address on the wire, counted from 0.' }),
    type: literals(
      ['bit', 'u16', 'i16', 'u32', 'i32', 'f32'],
      'bit for coils and discrete inputs, the rest registers.',
    ),
    scale: Type.Optional(Type.Number({ description: 'value = raw x scale + offset. Default 1.' })),
    offset: Type.Optional(Type.Number({ description: 'In the unit of the point. Default 0.' })),
    order: Type.Optional(
      literals(
        ['ABCD', 'CDAB', 'BADC', 'DCBA'],
        'Bytes of a 32-bit value as they come; A is the highest. Default ABCD.',
      ),
    ),
  },
  { additionalProperties: false },
)
export type ReadSpec = Static<typeof ReadSpecSchema>

/** How soon a point is wanted: the gateway's configuration says what period each class has. */
export const pointClasses = ['alarm', 'normal', 'bulk'] as const
export type PointClass = (typeof pointClasses)[number]

const Band = (description: string) => Type.Tuple([Type.Number(), Type.Number()], { description })

export const ProfilePointSchema = Type.Object(
  {
    id: Id('Point id, unique in the profile.'),
    name: NameSchema,
    unit: Type.String({ description: 'Unit id of the units registry.' }),
    class: literals(pointClasses, 'Polling class.'),
    resolution: Type.Number({
      exclusiveMinimum: 0,
      description: 'Smallest step told apart; values are rounded to it.',
    }),
    range: Band('Possible values; beyond them a reading is out_of_range.'),
    normal: Type.Optional(Band('Usual band, shown beside the value.')),
    read: ReadSpecSchema,
  },
  { additionalProperties: false },
)
export type ProfilePoint = Static<typeof ProfilePointSchema>

/** A type of terminal as data: its points and how to read them. One file `profiles/<id>/profile.yaml`. */
export const ProfileSchema = Type.Object(
  {
    profile: Id('Profile id, the name of its folder.'),
    version: Type.Integer({ minimum: 1 }),
    kind: Id('Kind of terminal; pages group by it.'),
    group: Type.String({ pattern: '^[a-z][a-z0-9_]*$', description: 'Measurement the readings are stored under.' }),
    protocol: Type.Literal('modbus'),
    name: NameSchema,
    source: Type.String({
      minLength: 1,
      description: 'Where the register map comes from: manual, standard, convention.',
    }),
    reportEvery: Duration('Longest time between two samples.'),
    points: Type.Array(ProfilePointSchema, { minItems: 1 }),
  },
  { additionalProperties: false },
)
export type Profile = Static<typeof ProfileSchema>

/** `advice` does not stop a profile from being used; `problems` do. */
export type CheckedProfile =
  | { readonly ok: true; readonly value: Profile; readonly advice: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Reads a profile and checks what its schema cannot: overlapping registers, unknown units, bands the wrong way round, reads
 * beyond 65536, types a table cannot hold. `file` says where in problems; where its folder is known (`.../<id>/profile.yaml`)
 * the profile id must be its name. Never throws for what a person wrote.
 */
export function checkProfile(text: string, file: string): CheckedProfile {
  const checked = checkDocument(ProfileSchema, text, file)
  if (!checked.ok) return checked
  const { problems, advice } = lintProfile(checked.value, text, file)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: checked.value, advice }
}
