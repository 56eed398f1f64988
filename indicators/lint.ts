import { bodySystems } from '@civitals/contracts/body'
import { type CheckedDocument, checkDocument, inOrder, type Problem, placer } from '@civitals/contracts/document'
import { isUnitId } from '@civitals/contracts/units'
import { type Catalogue, catalogueOf, daysOfChange, effectiveOn, lastDay } from './catalogue.ts'
import { type Definition, type OutOfScope, type SystemFile, SystemFileSchema } from './definition.ts'
import { measures, measuresWithoutInputs } from './measures/measures.ts'
import { acousticZones } from './measures/sound.ts'
import { isConvention, saysConvention, sourceWords } from './source.ts'
import register from './standards/register.json' with { type: 'json' }

/** Points that terminals have, by kind of terminal. */
export type KnownPoints = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Reads one definition file: schema first, then what no schema can say: weights, anchors, formulas, standards and, when `points`
 * are given, whether the inputs exist. Never throws for what a person wrote.
 */
export function checkDefinitions(
  text: string,
  file: string,
  points?: KnownPoints,
): CheckedDocument<typeof SystemFileSchema> {
  const checked = checkDocument(SystemFileSchema, text, file)
  if (!checked.ok) return checked
  const findings = [
    ...listProblems(checked.value),
    ...weightProblems(checked.value),
    ...checked.value.indicators.flatMap((one, k) => under(['indicators', k], definitionProblems(one, points))),
    ...checked.value.outOfScope.flatMap((one, k) => under(['outOfScope', k], listedProblems(one))),
  ]
  if (findings.length === 0) return checked
  const place = placer(text, file)
  return { ok: false, problems: inOrder(findings.map(({ keys, message }) => place(keys.map(String), message))) }
}

/** What is wrong between the files: a system twice or not at all, weights that do not sum on some day. */
export function lintCatalogue(catalogue: Catalogue): Problem[] {
  const problem = (message: string): Problem => ({ file: 'definitions', line: 1, column: 1, path: '', message })
  const missing = Object.keys(bodySystems)
    .filter((system) => !catalogue.systems.some((one) => one.system === system))
    .map((system) => problem(`system ${system} is not defined`))
  const off = daysOfChange(catalogue).flatMap((day) => {
    const documents = effectiveOn(catalogue, day)
    const sum = documents.reduce((total, { weight }) => total + weight, 0)
    const within = documents.map((one) => ({ system: one.system, sum: sumOf([...one.inForce, ...one.outOfScope]) }))
    return [
      ...(isOne(sum) ? [] : [problem(`weights of the systems sum to ${short(sum)} on ${day}, must be 1`)]),
      ...within
        .filter((one) => !isOne(one.sum))
        .map((one) => problem(`weights of ${one.system} sum to ${short(one.sum)} on ${day}, must be 1`)),
    ]
  })
  return [...missing, ...off]
}

const sumOf = (list: readonly { readonly weight: number }[]): number =>
  list.reduce((total, { weight }) => total + weight, 0)
const isOne = (sum: number): boolean => Math.abs(sum - 1) <= 1e-6
const short = (sum: number): number => Number(sum.toFixed(6))

interface Finding {
  /** Path from the top of the document. */
  readonly keys: readonly (string | number)[]
  readonly message: string
}
const under = (keys: Finding['keys'], findings: readonly Finding[]): Finding[] =>
  findings.map((finding) => ({ ...finding, keys: [...keys, ...finding.keys] }))

/** Ids of another system, versions given twice or out of order. */
function listProblems(file: SystemFile): Finding[] {
  const seen = new Map<string, Definition>()
  return file.indicators
    .flatMap((one, k) => {
      const found: Finding[] = foreign(file, one.id, ['indicators', k, 'id'])
      const before = seen.get(one.id)
      seen.set(one.id, one)
      if (before && before.version >= one.version) {
        found.push({
          keys: ['indicators', k, 'version'],
          message: `${one.id} lists version ${one.version} twice or late`,
        })
      }
      if (before && before.validFrom >= one.validFrom) {
        const message = `version ${one.version} of ${one.id} must apply later than version ${before.version}`
        found.push({ keys: ['indicators', k, 'validFrom'], message })
      }
      return found
    })
    .concat(
      file.outOfScope.flatMap((one, k) => [
        ...foreign(file, one.id, ['outOfScope', k, 'id']),
        ...(file.outOfScope.findIndex(({ id, decided }) => id === one.id && decided === one.decided) < k
          ? [{ keys: ['outOfScope', k, 'id'], message: 'is listed twice' }]
          : []),
      ]),
    )
}

const foreign = (file: SystemFile, id: string, keys: Finding['keys']): Finding[] =>
  id.startsWith(`${file.system}-`) ? [] : [{ keys, message: `belongs to another system than ${file.system}` }]

/** Weights must sum to 1 on every day on which something changes. */
function weightProblems(file: SystemFile): Finding[] {
  const catalogue = catalogueOf([file])
  for (const day of [...daysOfChange(catalogue), lastDay]) {
    const [document] = effectiveOn(catalogue, day)
    const sum = document ? sumOf([...document.inForce, ...document.outOfScope]) : 1
    if (!isOne(sum)) return [{ keys: ['indicators'], message: `weights sum to ${short(sum)} on ${day}, must be 1` }]
  }
  return []
}

function definitionProblems(definition: Definition, points: KnownPoints | undefined): Finding[] {
  const { formula, inputs = [], parameters, validFrom, validTo, state } = definition
  const found: Finding[] = [...scaleProblems(definition), ...standardProblems(definition)]
  const add = (keys: Finding['keys'], message: string) => found.push({ keys, message })
  if (!Object.hasOwn(measures, formula)) add(['formula'], `unknown formula ${formula}`)
  if (inputs.length === 0 && !measuresWithoutInputs.has(formula)) add(['formula'], `formula ${formula} needs inputs`)
  if (formula === 'noise-excess' && !acousticZones.includes(parameters?.zone ?? ''))
    add(['parameters'], 'names no acoustic zone')
  if (formula === 'pass-rate' && !parameters?.pass) add(['parameters'], 'names no limits that pass')
  if (validTo !== undefined && validTo < validFrom) add(['validTo'], `ends on ${validTo}, before it begins`)
  if (state === 'retired' && validTo === undefined) add(['state'], 'is retired and names no last day')
  if (points) {
    inputs.forEach((input, k) => {
      const known = points.get(input.kind)
      if (!known) add(['inputs', k, 'kind'], `no terminal of kind ${input.kind} is known`)
      input.points.forEach((point, j) => {
        if (known && !known.has(point)) add(['inputs', k, 'points', j], `unknown point ${input.kind}/${point}`)
      })
    })
  }
  return found
}

const listedProblems = (listed: OutOfScope): Finding[] => [
  ...scaleProblems(listed),
  ...standardProblems({ ...listed, validFrom: listed.decided }),
]

function scaleProblems({ anchors, unit }: Pick<OutOfScope, 'anchors' | 'unit'>): Finding[] {
  const found: Finding[] = []
  if (anchors && !strictlyMonotone(anchors)) {
    found.push({ keys: ['anchors'], message: 'anchors must strictly rise or strictly fall' })
  }
  if (!isUnitId(unit)) found.push({ keys: ['unit'], message: `unknown unit ${unit}` })
  return found
}

type Cited = Pick<Definition, 'source' | 'validFrom'> & { readonly standards?: string[]; readonly validTo?: string }

/** A standard nobody registered, one that does not apply on every day of the definition, or a choice that does not say it is one. */
function standardProblems({ standards = [], source, validFrom, validTo = lastDay }: Cited): Finding[] {
  const { zh, en } = sourceWords(source)
  if (saysConvention(zh) !== saysConvention(en)) {
    return [{ keys: ['source'], message: 'one language says "platform convention" and the other does not' }]
  }
  if (standards.length === 0 && !isConvention(source) && !/^[^;]*(US|signals)/.test(en)) {
    return [{ keys: ['source'], message: 'names no standard and does not say "platform convention"' }]
  }
  return standards.flatMap((id, k) => {
    const standard = register.standards.find((one) => one.id === id)
    const at = (message: string): Finding[] => [{ keys: ['standards', k], message }]
    if (!standard) return at(`unknown standard ${id}`)
    if (standard.validTo !== null && validTo > standard.validTo)
      return at(
        `${id} expired on ${standard.validTo}: end this version with validTo and add one that rests on its successor`,
      )
    if (standard.validFrom !== null && validFrom < standard.validFrom)
      return at(`${id} applies from ${standard.validFrom} only`)
    return []
  })
}

function strictlyMonotone(anchors: readonly number[]): boolean {
  const steps = anchors.slice(1).map((anchor, k) => anchor - (anchors[k] ?? anchor))
  return steps.every((step) => step > 0) || steps.every((step) => step < 0)
}
