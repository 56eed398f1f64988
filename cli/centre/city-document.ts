import { type CheckedDocument, checkDocument, type Problem } from '@civitals/contracts/document'
import { durationMs } from '@civitals/contracts/duration'
import { Id } from '@civitals/contracts/ids'
import { nearest } from '@civitals/contracts/nearest'
import { type City, CitySchema, NameSchema, type Terminal } from '@civitals/contracts/registry'
import type { Profile } from '@civitals/firmware-bridge/profile'
import { Type } from 'typebox'

/** A terminal as a person registers it: what its profile says is not written again. */
const TerminalEntrySchema = Type.Object(
  {
    id: Id('Terminal id, unique in the city and never reused.'),
    profile: Type.String(),
    gateway: Id('Gateway that reads it.'),
    site: Id('Site it stands at.'),
    name: Type.Optional(NameSchema),
  },
  { additionalProperties: false },
)

const CityDocumentSchema = Type.Object(
  { ...CitySchema.properties, terminals: Type.Array(TerminalEntrySchema) },
  { additionalProperties: false },
)

/** A city document with the points of every terminal filled in from its profile, or the problems with their lines. */
export function readCityDocument(
  text: string,
  file: string,
  profiles: ReadonlyMap<string, Profile>,
): CheckedDocument<typeof CitySchema> {
  const checked = checkDocument(CityDocumentSchema, text, file)
  if (!checked.ok) return checked
  const document = checked.value
  const problems: Problem[] = []
  const lines = text.split('\n')
  const complain = (id: string, path: string, message: string): void => {
    const line = lines.findIndex((content) => content.includes(id)) + 1
    problems.push({ file, line: Math.max(line, 1), column: 1, path, message })
  }
  const known = {
    gateway: document.gateways.map(({ id }) => id),
    site: document.sites.map(({ id }) => id),
    profile: [...profiles.keys()],
  }
  const terminals = document.terminals.flatMap((entry) => {
    for (const [key, names] of Object.entries(known)) {
      const name = entry[key as keyof typeof known]
      if (names.includes(name)) continue
      const near = nearest(name, names)
      complain(entry.id, `terminals.${entry.id}.${key}`, `no ${key} ${name}${near ? `; did you mean ${near}?` : ''}`)
    }
    const profile = profiles.get(entry.profile)
    return profile ? [terminalOf(entry, profile)] : []
  })
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, value: { ...document, terminals } satisfies City }
}

function terminalOf(
  entry: { id: string; gateway: string; site: string; name?: Terminal['name'] },
  profile: Profile,
): Terminal {
  return {
    id: entry.id,
    kind: profile.kind,
    profile: profile.profile,
    group: profile.group,
    gateway: entry.gateway,
    site: entry.site,
    name: entry.name ?? profile.name,
    reportEveryMs: durationMs(profile.reportEvery),
    points: profile.points.map(({ id, unit, name, resolution, range, normal }) => ({
      id,
      unit,
      name,
      resolution,
      range: [...range],
      ...(normal ? { normal: [...normal] } : {}),
    })),
  }
}
