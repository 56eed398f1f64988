import type { Outcome, Scenario } from './scenario.ts'

/** Of what and on what a scenario was run. */
export interface RunFacts {
  readonly commit: string
  readonly machine: string
  readonly scale: number
  readonly seed: number
  readonly date: string
}

/** One scenario that was run: what it found, or why it could not be carried out. */
export interface Result {
  readonly scenario: Scenario
  readonly outcome?: Outcome
  readonly failure?: string
  readonly seconds: number
  readonly facts: RunFacts
}

const promise = `# Delivery: what is promised, and how it was tried

This page is written by \`npm run fault\`; edit \`test/fault/page.ts\` instead.

## The promise

A reading is **produced** when the gateway has committed it to its spool: on the disk, flushed. From then on it is never silently missing and never
counts twice. For every spool, at any time, in readings:

    produced = stored + rejected + set aside + waiting + declared lost

The equation is a page (\`#/ledger\`), an API (\`/api/v1/ledger\`) and figures of \`/metrics\`. *Declared lost* is what policy gave up, by a gap record
that travels as data: which numbers, how many readings, from when to when, why. A gateway lets go of an envelope only after the centre has settled it in
both stores; what the broker receipts is flow control. An alarm has one identity whatever is sent again, so one onset is one order and its webhook
keeps one id.

**The one honest window:** readings that were read and not yet committed when the box itself loses power, at most a second of ordinary readings (ten on
a metered link); an alarm change is committed at once. Killing the process loses what was not yet handed to the spool, no more.

What is outside the promise: a disk that acknowledges a flush it did not do; a box that is destroyed with what waited on it.

## How it is tried

- **Miniature**: the real protocol code of gateway and centre on twins of its disks that tell written from committed, a network that loses, delays and
  cuts, and a seeded schedule; a seed that fails can be run again (\`test/miniature/main.ts --seed N --trace\`). That the suite would notice is tried by
  making single lines of the real code wrong.
- **Power loss**: gateway and centre at work under \`strace\`; their folders rebuilt as of random instants from what was flushed by then, and again with
  some of the rest in part; opened by the real engines.
- **Kills**: real processes, kill -9 at random instants, the spool's own rows as the truth.
- **Against the ground truth**: a feeder, a process of its own around the real batcher, spool and uplink, writes down what it offers and what the spool
  reported as committed; the centre is \`civitals up\` with its rules, cases and webhooks; between them stands a TCP proxy that loses, delays, resets
  and turns bytes. Afterwards every reading, onset, order and webhook is compared with that log. System calls fail by strace, disks fill up on a
  small tmpfs, deaths at chosen places are lines put before the settlement's own by a module hook.
- **Partitions and herds**: real uplinks against a real centre.
`

/** The page from the newest result of each scenario. Failures stand in it like everything else. */
export function deliveryPage(results: readonly Result[], left: readonly Scenario[]): string {
  const rows = results.map(rowOf).join('\n')
  const rest = left.length === 0 ? '' : `\nNot run: ${left.map(({ name }) => name).join(', ')}.\n`
  const machines = [...new Set(results.map(({ facts }) => facts.machine))].join('; ')
  return `${promise}
## The last runs

On ${machines}. Scale 1 is what the second column says; the figures below say what was run.

| scenario | must hold | seen | | run |
|---|---|---|---|---|
${rows}
${rest}
${results.map(figuresOf).join('\n')}`
}

function rowOf({ scenario, outcome, failure, seconds, facts }: Result): string {
  const seen = outcome?.seen ?? `could not be run: ${failure}`
  const held = outcome ? (outcome.held ? 'held' : '**did not hold**') : '**not run**'
  const run = `${facts.date}, ${facts.commit}, scale ${facts.scale}, seed ${facts.seed}`
  return `| ${scenario.name} | ${scenario.target} | ${cell(seen)} (${seconds.toFixed(0)} s) | ${held} | ${run} |`
}

function figuresOf({ scenario, outcome }: Result): string {
  const rows = Object.entries(outcome?.figures ?? {}).map(
    ([name, figure]) => `| ${cell(name)} | ${cell(String(figure))} |`,
  )
  return rows.length === 0 ? '' : [`### ${scenario.name}`, '', '| figure | |', '|---|---|', ...rows, ''].join('\n')
}

/** A message may hold what would end a cell. */
const cell = (text: string): string => text.replaceAll('|', '/').replaceAll(/\s+/g, ' ').slice(0, 400)
