import { CivitalsError } from '@civitals/contracts/errors'

/** How a duration is written in profiles and configuration: a number and its unit, no space. */
export const durationPattern = '^\\d+(\\.\\d+)?(ms|s|min|h|d)$'

const expression = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of `500ms`, `5s`, `10min`, `1h` or `2d`.
 * @throws CIV_BRIDGE_DURATION when the text is not a duration; a schema with `durationPattern` keeps such text out.
 */
export function durationMs(text: string): number {
  const [, amount, unit] = expression.exec(text) ?? []
  const factor = unitMs[unit ?? '']
  if (amount === undefined || factor === undefined) {
    throw new CivitalsError('CIV_BRIDGE_DURATION', `not a duration: ${text} (write 500ms, 5s, 10min, 1h or 2d)`)
  }
  return Number(amount) * factor
}
