import { type Finding, sections, type Verdict } from '@civitals/gateway/doctor/finding'
import { plural } from './print.ts'

/** Fits a phone held sideways and any terminal. */
const width = 88
const indent = 11

/** What the doctor found, by section, with the next step under what is not ok; the verdict stands last. */
export function printDoctor(title: string, verdict: Verdict, findings: readonly Finding[]): string {
  const parts = sections.flatMap((section) => {
    const own = findings.filter((finding) => finding.section === section)
    return own.length === 0 ? [] : ['', section, ...own.flatMap(printFinding)]
  })
  return `${[title, ...parts, '', printVerdict(verdict, findings)].join('\n')}\n`
}

function printFinding({ verdict, seen, next }: Finding): string[] {
  const lines = wrap(seen, width - indent).map(
    (text, place) => `  ${(place === 0 ? verdict : '').padEnd(indent - 2)}${text}`,
  )
  if (next === undefined) return lines
  const steps = wrap(next, width - indent - 3)
  return [...lines, ...steps.map((text, place) => `${' '.repeat(indent)}${place === 0 ? '-> ' : '   '}${text}`)]
}

function printVerdict(verdict: Verdict, findings: readonly Finding[]): string {
  const count = (one: Verdict): number => findings.filter((finding) => finding.verdict === one).length
  const [failures, warnings] = [count('failure'), count('warning')]
  if (verdict === 'ok') return `verdict: ok, ${findings.length} checks`
  const parts = [failures > 0 ? plural(failures, 'failure') : '', warnings > 0 ? plural(warnings, 'warning') : '']
  const first = findings.find((finding) => finding.verdict === verdict)
  return `verdict: ${parts.filter(Boolean).join(', ')}; begin with ${first?.section}`
}

const unitBehind = /(\d) (?=(?:ms|s|min|h|d|bytes|[KMGT]iB|%)(?![a-z]))/g
const glue = '\u00a0'

/** Lines no longer than `room`, broken between words, never between a number and its unit; a longer word stays whole: paths are copied. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = []
  for (const part of text.split('\n')) {
    let line = ''
    for (const glued of part.replace(unitBehind, `$1${glue}`).split(' ')) {
      const word = glued.replaceAll(glue, ' ')
      if (line !== '' && line.length + 1 + word.length > room) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}
