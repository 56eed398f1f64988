import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { configurationHash, mostConfigurationsTold } from './encode-configuration.ts'
import { idPattern } from './id-pattern.ts'
import { openPayload } from './payload.ts'

const Named = <T extends TSchema>(schema: T, description = '') =>
  Type.Record(Type.String({ pattern: idPattern }), schema, { additionalProperties: false, description })

/** How a gateway gives one point: unit id of the units registry, and the smallest step it tells apart. */
const GivenPointSchema = Type.Tuple([Type.String({ maxLength: 32 }), Type.Number({ exclusiveMinimum: 0 })])

/**
 * What a configuration of a gateway says of its numbers. Terminals of one profile share a set of points: thousands of terminals have few.
 */
export const ConfigurationSchema = Type.Object(
  {
    config: Type.String({
      maxLength: 64,
      description: 'Its hash, as envelopes carry it: `u1-` and 16 digits of SHA-256 over the other three members.',
    }),
    settings: Type.String({ maxLength: 64, description: 'Digest of everything else in the configuration.' }),
    sets: Named(Named(GivenPointSchema), 'Points with unit and resolution, by the name of the set.'),
    terminals: Named(Type.String({ maxLength: 64 }), 'The set of each terminal.'),
  },
  { additionalProperties: false },
)
export type Configuration = Static<typeof ConfigurationSchema>

/**
 * The message of topic kind `config/state`, retained: every configuration whose envelopes the gateway may still hold, the running one first. Whole
 * state, since a broker retains one message: told on every connection before the first envelope, and on every change.
 */
const ToldSchema = Type.Object(
  { configurations: Type.Array(ConfigurationSchema, { minItems: 1, maxItems: mostConfigurationsTold }) },
  { additionalProperties: false },
)

const told = Compile(ToldSchema)

export type DecodedConfigurations =
  | { readonly ok: true; readonly configurations: readonly Configuration[] }
  | { readonly ok: false; readonly reason: string }

/** Never throws. Refused as a whole when it is none, is damaged, or one of its hashes is not that of its content. */
export function decodeConfigurations(payload: Uint8Array): DecodedConfigurations {
  const opened = openPayload(payload)
  if (!opened.ok) return opened
  if (!told.Check(opened.value)) {
    const [first] = told.Errors(opened.value)
    return { ok: false, reason: first ? `${first.instancePath || '/'} ${first.message}` : 'no configurations' }
  }
  const { configurations } = opened.value
  const wrong = configurations.find((one) => one.config !== configurationHash(one))
  return wrong ? { ok: false, reason: `${wrong.config} is not the hash of its content` } : { ok: true, configurations }
}
