// How many settled readings a second the rules alone cost: no store, 10,000 terminals, batches as ingest settles them.
// Run: node alarms/testing/evaluate.bench.ts
import type { Reading } from '@civitals/contracts/reading'
import type { SettlementBatch } from '@civitals/contracts/settlement'
import { depthRule, noon, openDesk, terminal } from './desk.ts'

const terminals = Array.from({ length: 10_000 }, (_, index) => terminal(`t-${index}`, 'road-water', 'depth', 'cm'))
const envelopeSize = 50
const batchSize = 10_000

/** Quiet water: nothing changes, as is the case for nearly every reading of a city. */
function batchAt(second: number, point: string): SettlementBatch {
  const at = noon + second * 1000
  const readings: Reading[] = terminals.slice(0, batchSize).map(({ id }, index) => ({
    terminal: id,
    point,
    at,
    value: 3 + (index % 10),
    quality: 'good',
  }))
  const envelopes = Array.from({ length: batchSize / envelopeSize }, (_, index) => ({
    gateway: 'gw-1',
    spool: 'sp',
    seq: second * 1000 + index + 1,
    readings: readings.slice(index * envelopeSize, (index + 1) * envelopeSize),
  }))
  return { envelopes, receivedAt: at }
}

async function measure(rules: number, point: string): Promise<number> {
  const all = Array.from({ length: rules }, (_, index) => depthRule({ id: `depth-${index}` }))
  await using desk = await openDesk({ rules: all, terminals })
  const batches = Array.from({ length: 60 }, (_, second) => batchAt(second, point))
  const started = performance.now()
  for (const batch of batches) desk.engine.step(batch)?.committed()
  return (batches.length * batchSize * 1000) / (performance.now() - started)
}

for (const [rules, point, what] of [
  [2, 'depth', 'every reading under 2 rules'],
  [1, 'depth', 'every reading under 1 rule'],
  [1, 'battery', 'no reading under a rule'],
] as const) {
  const perSecond = await measure(rules, point)
  process.stdout.write(`${what}: ${Math.round(perSecond / 1000).toLocaleString('en')} k readings/s\n`)
}
