import { type Finding, findingsOf, inOrder, readDocument } from '@civitals/contracts/document'
import { Type } from 'typebox'
import type { CheckedProfile, Profile, ProfilePoint } from './profile.ts'
import { lintProfile } from './profile-lint.ts'
import { ElementProfileSchema, ModbusProfileSchema, protocols } from './profile-schema.ts'
import { mergeTemplate, type Templates } from './template.ts'

const ProtocolSchema = Type.Object({ protocol: Type.Enum([...protocols]) })
const endlessRange = [0, Number.MAX_SAFE_INTEGER] as const

/**
 * Reads a profile, merges its template in and checks what its schema cannot: overlapping registers, unknown units, bands the wrong way
 * round, reads beyond what the protocol or the terminal allows. `file` says where in problems, each of which names the file the fault
 * stands in; where its folder is known (`.../<id>/profile.yaml`) the profile id must be its name. Never throws for what a person wrote.
 */
export function checkProfile(text: string, file: string, templates: Templates = new Map()): CheckedProfile {
  const read = readDocument(text, file)
  if (!read.ok) return read
  const merged = mergeTemplate(read.value, { text, file }, templates)
  if (!merged.ok) return merged
  const { value, place } = merged
  const placed = ({ keys, message, onKey }: Finding) => place(keys, message, onKey)
  const wrong = schemaFindings(value)
  if (wrong.length > 0) return { ok: false, problems: inOrder(wrong.map(placed)) }
  const profile = completed(value as Written)
  const { problems, advice } = lintProfile(profile, file)
  return problems.length > 0
    ? { ok: false, problems: inOrder(problems.map(placed)) }
    : { ok: true, value: profile, advice: inOrder(advice.map(placed)) }
}

function schemaFindings(value: unknown): Finding[] {
  const wrong = findingsOf(ProtocolSchema, value)
  if (wrong.length > 0) return wrong
  const { protocol } = value as { protocol: string }
  const findings = findingsOf(protocol === 'modbus' ? ModbusProfileSchema : ElementProfileSchema, value)
  return findings.length > 0 ? findings : (value as Written).points.flatMap(unmeasured)
}

/** A point as it may be written: an identity needs no unit, resolution and range. */
type WrittenPoint = Partial<Pick<ProfilePoint, 'unit' | 'resolution' | 'range'>> &
  Omit<ProfilePoint, 'unit' | 'resolution' | 'range'>
type Written = Omit<Profile, 'points'> & { readonly points: readonly WrittenPoint[] }

const unmeasured = (point: WrittenPoint, place: number): Finding[] =>
  point.class === 'identity'
    ? []
    : (['unit', 'resolution', 'range'] as const)
        .filter((key) => point[key] === undefined)
        .map((key) => ({ keys: ['points', String(place)], message: `key ${key} is missing`, onKey: false }))

const completed = (written: Written): Profile =>
  ({
    ...written,
    points: written.points.map((point) => ({ unit: 'none', resolution: 1, range: endlessRange, ...point })),
  }) as unknown as Profile
