import { CivitalsError } from '@civitals/contracts/errors'

/** How a size on disk is written: a number and its unit, no space. */
export const sizePattern = '^\\d+(\\.\\d+)?(kB|MB|GB|KiB|MiB|GiB)$'

const expression = /^(\d+(?:\.\d+)?)(kB|MB|GB|KiB|MiB|GiB)$/
const unitBytes: Readonly<Record<string, number>> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

/** Bytes of `512MiB` or `2GB`. Throws CIV_GATEWAY_SIZE when the text is no size; a schema with `sizePattern` keeps such text out. */
export function sizeBytes(text: string): number {
  const [, amount, unit] = expression.exec(text) ?? []
  const factor = unitBytes[unit ?? '']
  if (amount === undefined || factor === undefined) {
    throw new CivitalsError('CIV_GATEWAY_SIZE', `not a size: ${text} (write 500MB, 512MiB or 2GiB)`)
  }
  return Math.round(Number(amount) * factor)
}
