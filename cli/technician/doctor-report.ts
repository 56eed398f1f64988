import { type Finding, sections, type Verdict } from '@civitals/gateway/doctor/finding'
import { plural, textWidth, wrap } from './print.ts'

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
  const lines = wrap(seen, textWidth - indent).map(
    (text, place) => `  ${(place === 0 ? verdict : '').padEnd(indent - 2)}${text}`,
  )
  if (next === undefined) return lines
  const steps = wrap(next, textWidth - indent - 3)
  return [...lines, ...steps.map((text, place) => `${' '.repeat(indent)}${place === 0 ? '-> ' : '   '}${text}`)]
}

/** How many of each, and where they stand. */
function printVerdict(verdict: Verdict, findings: readonly Finding[]): string {
  if (verdict === 'ok') return `verdict: ok, ${plural(findings.length, 'check')}`
  const parts = (['failure', 'warning'] as const).flatMap((one) => {
    const found = findings.filter((finding) => finding.verdict === one)
    const where = new Set(found.map(({ section }) => section))
    return found.length === 0 ? [] : [`${plural(found.length, one)} (${[...where].join(', ')})`]
  })
  return `verdict: ${parts.join(', ')}`
}
