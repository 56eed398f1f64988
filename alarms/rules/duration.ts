import { Type } from 'typebox'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** A span of time as people write it: a number and ms, s, min, h or d; 0s is allowed. */
export const DurationSchema = Type.String({
  pattern: '^\\d+(\\.\\d+)?(ms|s|min|h|d)$',
  description: 'A number and its unit: ms, s, min, h or d.',
})

/** Milliseconds of a text that `DurationSchema` accepts; NaN of any other. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/.exec(text) ?? []
  return Math.round(Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN))
}
