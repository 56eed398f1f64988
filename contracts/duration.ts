import { Type } from 'typebox'
import { CivitalsError } from './errors.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }
const pattern = '^(\\d+(?:\\.\\d+)?)(ms|s|min|h|d)$'
const expression = new RegExp(pattern)

/** A span of time as people write it in profiles, rules and configuration: a number and its unit, no space. */
export const Duration = (description: string) =>
  Type.String({ pattern, description: `${description} A number and ms, s, min, h or d.` })

/**
 * Milliseconds of `500ms`, `5s`, `10min`, `1h` or `2d`.
 * @throws CIV_CONTRACTS_DURATION when the text is not a duration; the schema `Duration` keeps such text out.
 */
export function durationMs(text: string): number {
  const [, amount, unit] = expression.exec(text) ?? []
  const factor = unitMs[unit ?? '']
  if (amount === undefined || factor === undefined) {
    throw new CivitalsError('CIV_CONTRACTS_DURATION', `not a duration: ${text} (write 500ms, 5s, 10min, 1h or 2d)`)
  }
  return Math.round(Number(amount) * factor)
}
