import { readXml } from './xml.ts'

/** Number formats that show dates and times, built in [ECMA-376 part 1, 18.8.30]. */
const builtIn: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
]

/** Cell styles, by their place, under which a number is shown as a date or a time. */
export function dateStyles(styles: Uint8Array | undefined): ReadonlySet<number> {
  const formats = new Set<string>()
  const dates = new Set<number>()
  let inCells = false
  let place = 0
  readXml(styles ?? new Uint8Array(), {
    open(name, { numFmtId = '0', formatCode = '' }) {
      if (name === 'numFmt' && showsDate(formatCode)) formats.add(numFmtId)
      if (name === 'cellXfs') inCells = true
      if (name !== 'xf' || !inCells) return
      const id = Number(numFmtId)
      if (formats.has(numFmtId) || builtIn.some(([from, to]) => id >= from && id <= to)) dates.add(place)
      place++
    },
    close(name) {
      if (name === 'cellXfs') inCells = false
    },
  })
  return dates
}

/** Letters of a date outside quoted text, escaped letters, and colours or locales in brackets. */
const showsDate = (format: string): boolean =>
  !/^(general|standard)$/i.test(format) &&
  /[ymdhs]/i.test(
    format.replace(/&quot;.*?&quot;|"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, ''),
  )
