// What a technician sees: tables, a progress bar, a sparkline. Plain text; bars and colours only where somebody looks.

/** `1 line`, `2 lines`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** Rows in columns as wide as they need; numbers stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(displayWidth)),
  )
  const numeric = head.map((_, column) => rows.every((row) => /^-?[\d.]*%?$/.test(row[column] ?? '')))
  const print = (row: readonly string[]): string =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, numeric[column] === true))
      .join('  ')
      .trimEnd()
  return `${[print(head), ...rows.map(print)].join('\n')}\n`
}

function pad(text: string, width: number, right: boolean): string {
  const room = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return right ? room + text : text + room
}

/** Columns a text takes in a terminal: Chinese characters take two. */
const displayWidth = (text: string): number => [...text].reduce((sum, letter) => sum + (wide.test(letter) ? 2 : 1), 0)
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/

/** Columns of running text: fits a phone held sideways and any terminal. */
export const textWidth = 88

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

const levels = '▁▂▃▄▅▆▇█'

/** The last values as a line of blocks, lowest to highest; a gap where there was none. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return values
    .map((value) => {
      if (value === undefined) return ' '
      const share = high > low ? (value - low) / (high - low) : 0.5
      return levels[Math.min(levels.length - 1, Math.floor(share * levels.length))]
    })
    .join('')
}

const barWidth = 24

/** `label [#####.....] 50 %`, drawn over itself on a terminal; elsewhere nothing, so that logs stay clean. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream
  #drawn = ''

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out
  }

  draw(label: string, done: number, all: number): void {
    if (!this.#out.isTTY) return
    const share = all > 0 ? Math.min(1, done / all) : 1
    const filled = Math.round(share * barWidth)
    const text = `${label} [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`
    if (text === this.#drawn) return
    this.#drawn = text
    this.#out.write(`\r\x1b[K${text}`)
  }

  /** Takes the bar away, so that what follows begins on a clean line. */
  clear(): void {
    if (this.#drawn !== '') this.#out.write('\r\x1b[K')
    this.#drawn = ''
  }
}
