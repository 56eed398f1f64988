import { CivitalsError } from '@civitals/contracts/errors'

/** Ranges of envelope numbers as people write them: `1-20,31`. @throws CIV_CLI_USAGE naming the part that is wrong. */
export function seqRanges(text: string): readonly (readonly [number, number])[] {
  return text.split(',').map((part) => {
    const [, from = '', to = from] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part) ?? []
    const range = [Number(from), Number(to)] as const
    if (from !== '' && range[0] >= 1 && range[1] >= range[0] && range[1] <= Number.MAX_SAFE_INTEGER) return range
    throw new CivitalsError('CIV_CLI_USAGE', `--ranges takes numbers of envelopes like 1-20,31, not ${part.trim()}`)
  })
}
