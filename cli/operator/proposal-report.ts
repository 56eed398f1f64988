import type { Proposal } from '@civitals/contracts/definition-change'

/** A proposal as a person reads it: what is new, what moves and how, and what stands in the way. */
export function proposalReport({ changes, problems }: Proposal): string {
  const lines = changes.flatMap(({ what, key, version, from, before, after }) => [
    `${what === 'add' ? '+' : '~'} ${key} version ${version}, from ${from}`,
    ...(what === 'alter' ? differences(before, after) : []),
  ])
  const none = changes.length === 0 && problems.length === 0 ? ['nothing to change'] : []
  return [...lines, ...none, ...problems.map((problem) => `! ${problem}`), ''].join('\n')
}

function differences(before: unknown, after: unknown): string[] {
  const [old, next] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>]
  return [...new Set([...Object.keys(old), ...Object.keys(next)])]
    .filter((key) => JSON.stringify(old[key]) !== JSON.stringify(next[key]))
    .map((key) => `    ${key}: ${JSON.stringify(old[key]) ?? '-'} -> ${JSON.stringify(next[key]) ?? '-'}`)
}
