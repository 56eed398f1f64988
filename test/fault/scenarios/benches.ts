// Promises that are also figures: their benches run as they are, and what they print is read.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../stage/process.ts'
import { type Scenario, scaled } from '../scenario.ts'

const row = /^\| (.+?) \| (.+?) \| (.*?) \| (met|missed|) \|$/gm

async function printed(script: string, words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, script), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${script} ended with ${code}`)
  return text
}

const ofBench = (scenario: Pick<Scenario, 'name' | 'target' | 'minutes'>, script: string, full: number): Scenario => ({
  ...scenario,
  async run({ scale }) {
    const text = await printed(script, [String(scaled(full, scale))])
    const figures: Record<string, string> = {}
    const missed: string[] = []
    for (const title of text.split(/^## /m).slice(1)) {
      const [heading = ''] = title.split('\n')
      for (const [, what = '', measured = '', target = '', met] of title.matchAll(row)) {
        if (what === 'figure') continue
        figures[`${heading}: ${what}`] = target ? `${measured} (${target})` : measured
        if (met === 'missed') missed.push(what)
      }
    }
    const seen = missed.length === 0 ? 'every figure within its target' : `missed: ${missed.join('; ')}`
    return { held: missed.length === 0, seen, figures }
  },
})

export const drain: Scenario = ofBench(
  {
    name: 'partition of 10 min',
    target:
      'afterwards the backlog drains at 10 times real time or more while live readings stay at most 5 s old, with 0, 50 and 300 ms each way',
    minutes: 4,
  },
  'bench/ingest/drain.ts',
  10,
)

export const longPartition: Scenario = ofBench(
  {
    name: 'partition of 72 h (as long in event time, spooled at once)',
    target: 'the same',
    minutes: 45,
  },
  'bench/ingest/drain.ts',
  72 * 60,
)

export const herd: Scenario = ofBench(
  {
    name: 'herd',
    target: '500 gateways reconnect at once after the centre was killed: no collapse, 0 lost',
    minutes: 3,
  },
  'bench/ingest/herd.ts',
  500,
)
