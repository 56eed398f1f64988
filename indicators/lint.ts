import { bodySystems } from '@civitals/contracts/body'
import { type CheckedDocument, checkDocument, type Problem } from '@civitals/contracts/document'
import { isUnitId } from '@civitals/contracts/units'
import { type Definition, type OutOfScope, type SystemDocument, SystemDocumentSchema } from './definition.ts'
import { measures, measuresWithoutInputs } from './measures/measures.ts'
import { acousticZones } from './measures/sound.ts'

/** Reads one definition file: schema first, then what no schema can say. Never throws for what a person wrote. */
export function checkDefinitions(text: string, file: string): CheckedDocument<typeof SystemDocumentSchema> {
  const checked = checkDocument(SystemDocumentSchema, text, file)
  if (!checked.ok) return checked
  const problems = [
    ...weightProblems(checked.value),
    ...checked.value.inForce.flatMap(definitionProblems),
    ...checked.value.outOfScope.flatMap(listedProblems),
  ]
  if (problems.length === 0) return checked
  return {
    ok: false,
    problems: problems.map(({ path, key, message }) => ({ file, ...lineOf(text, key), path, message })),
  }
}

/** What is wrong between the files: a system twice or not at all, weights that do not sum. */
export function lintCatalogue(documents: readonly SystemDocument[]): Problem[] {
  const at = { file: 'definitions', line: 1, column: 1, path: '' }
  const problems: Problem[] = []
  for (const system of Object.keys(bodySystems)) {
    const found = documents.filter((document) => document.system === system).length
    if (found !== 1) problems.push({ ...at, message: `system ${system} is defined ${found} times, must be once` })
  }
  const sum = documents.reduce((total, { weight }) => total + weight, 0)
  if (Math.abs(sum - 1) > 1e-6) problems.push({ ...at, message: `weights of the systems sum to ${sum}, must be 1` })
  return problems
}

interface Finding {
  readonly path: string
  /** What to look for in the text to find the line. */
  readonly key: string
  readonly message: string
}

function weightProblems(document: SystemDocument): Finding[] {
  const listed = [...document.inForce, ...document.outOfScope]
  const problems: Finding[] = []
  const sum = listed.reduce((total, { weight }) => total + weight, 0)
  if (Math.abs(sum - 1) > 1e-6) {
    problems.push({ path: 'inForce', key: 'inForce', message: `weights sum to ${Number(sum.toFixed(6))}, must be 1` })
  }
  const seen = new Set<string>()
  for (const { id } of listed) {
    if (!id.startsWith(`${document.system}-`)) {
      problems.push({ path: id, key: id, message: `belongs to another system than ${document.system}` })
    }
    if (seen.has(id)) problems.push({ path: id, key: id, message: 'is listed twice' })
    seen.add(id)
  }
  return problems
}

function definitionProblems(definition: Definition): Finding[] {
  const { id, formula, inputs = [], parameters } = definition
  const found = scaleProblems(definition)
  if (!Object.hasOwn(measures, formula)) found.push(`unknown formula ${formula}`)
  if (inputs.length === 0 && !measuresWithoutInputs.has(formula)) found.push(`formula ${formula} needs inputs`)
  if (formula === 'noise-excess' && !acousticZones.includes(parameters?.zone ?? ''))
    found.push('names no acoustic zone')
  if (formula === 'pass-rate' && !parameters?.pass) found.push('names no limits that pass')
  return found.map((message) => ({ path: id, key: id, message }))
}

const listedProblems = (listed: OutOfScope): Finding[] =>
  scaleProblems(listed).map((message) => ({ path: listed.id, key: listed.id, message }))

function scaleProblems({ anchors, unit }: Pick<OutOfScope, 'anchors' | 'unit'>): string[] {
  const found: string[] = []
  if (anchors && !strictlyMonotone(anchors)) found.push('anchors must strictly rise or strictly fall')
  if (!isUnitId(unit)) found.push(`unknown unit ${unit}`)
  return found
}

function strictlyMonotone(anchors: readonly number[]): boolean {
  const sign = Math.sign((anchors.at(-1) ?? 0) - (anchors[0] ?? 0))
  return anchors.every((anchor, k) => k === 0 || sign * (anchor - (anchors[k - 1] ?? 0)) > 0)
}

function lineOf(text: string, key: string): { line: number; column: number } {
  const lines = text.split('\n')
  const index = Math.max(
    0,
    lines.findIndex((line) => line.includes(key)),
  )
  return { line: index + 1, column: Math.max(0, lines[index]?.indexOf(key) ?? 0) + 1 }
}
