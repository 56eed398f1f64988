// What every bench shares: endings, medians, and a table with the target beside each figure.
import { readFileSync } from 'node:fs'
import type { Ending } from '../test/stage/process.ts'

/** Runs a bench and ends what it started, whatever happens. */
export async function bench(work: (ending: Ending) => Promise<void>): Promise<void> {
  const endings: (() => unknown)[] = []
  try {
    await work({ teardown: (end) => endings.unshift(end) })
  } finally {
    for (const end of endings) await end()
  }
}

/** Resident memory in MB and processor seconds of a process, threads included. */
export function processUsage(pid: number): { residentMB: number; cpuSeconds: number } {
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { residentMB: (Number(resident) * 1024) / 1e6, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 }
}

/** The value below which `share` of the samples lie (nearest rank). */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

export interface Figure {
  readonly what: string
  readonly measured: number
  readonly unit: string
  /** Bound the issue names; absent for figures that only inform. */
  readonly atMost?: number
  readonly atLeast?: number
}

/** One row a figure: what, measured, target, met or not. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  const rows = figures.map(({ what, measured, unit, atMost, atLeast }) => {
    const target = atMost === undefined ? (atLeast === undefined ? '' : `>= ${atLeast}`) : `<= ${atMost}`
    const met = atMost === undefined ? (atLeast === undefined ? '' : measured >= atLeast) : measured <= atMost
    return `| ${what} | ${Number(measured.toPrecision(4))} ${unit} | ${target} | ${met === '' ? '' : met ? 'met' : 'missed'} |`
  })
  console.log([`## ${title}`, '', '| figure | measured | target | |', '|---|---|---|---|', ...rows, ''].join('\n'))
}
