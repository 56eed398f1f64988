import type { EpochMs } from '@civitals/contracts/clock'

/** 0.4 ms, 1 ms, 23 ms, 4 s, 3 min 20 s, 5 h 2 min, 3 d 4 h: two units at most. */
export function printDuration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0)
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}

export const printAge = (at: EpochMs, now: EpochMs): string =>
  at > now ? `${printDuration(at - now)} in the future` : `${printDuration(now - at)} ago`

/** 640 kB, 3.4 MiB, 511 MiB, 78 GiB. */
export function printBytes(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  if (bytes < 1024) return `${bytes} bytes`
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10))
  const amount = bytes / 2 ** (10 * power)
  return `${amount < 10 ? amount.toFixed(1) : Math.floor(amount)} ${units[power - 1]}`
}

/** 1,234,567 */
export const printCount = (count: number): string => count.toLocaleString('en-US')

/** `1 line`, `2 lines`. */
export const plural = (count: number, word: string): string => `${printCount(count)} ${word}${count === 1 ? '' : 's'}`

/** 2026-06-12T09:00:00Z */
export const printTime = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, 19)}Z`
