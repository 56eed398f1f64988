import type { LedgerRow } from '@civitals/contracts/ledger'
import type { ApiSources } from './sources.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const inside = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
    return `${name}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** Kept under their first names too, for boards that were drawn with them. */
const ledgerCounters = {
  stored: ['readings_stored_total', 'Readings settled into the series store'],
  rejected: ['readings_rejected_total', 'Readings refused one by one'],
  setAside: ['readings_set_aside_total', 'Readings kept until registered or corrected'],
  declaredLost: [
    'readings_declared_lost_total',
    'Readings declared lost: by gateways, or by the centre where they came too late to be kept',
  ],
  duplicates: ['envelopes_duplicate_total', 'Envelopes that came again without effect'],
} as const satisfies Partial<Record<keyof LedgerRow, readonly [string, string]>>

export interface StreamFacts {
  readonly clients: number
  readonly dropped: number
}

const ledgerFamilies = {
  produced: ['produced', 'Readings the gateway ever committed to this spool'],
  stored: ['stored', 'Readings settled into the series store'],
  rejected: ['rejected', 'Readings refused'],
  setAside: ['set_aside', 'Readings kept until what they miss arrives'],
  waiting: ['waiting', 'Readings the gateway still holds'],
  declaredLost: ['declared_lost', 'Readings declared lost; the least where civitals_ledger_loss_at_least is 1'],
  duplicates: ['duplicates', 'Envelopes that came again without effect'],
  reopened: ['reopened', 'Envelopes asked for again that have not come'],
} as const satisfies Partial<Record<keyof LedgerRow, readonly [string, string]>>

/** The ledger's terms by gateway and spool; a term nobody knows has no sample, never 0. */
async function ledgerMetrics(sources: ApiSources, rows: readonly LedgerRow[]): Promise<readonly string[]> {
  const labels = ({ gateway, spool }: LedgerRow): Labels => ({ gateway, spool })
  const terms = Object.entries(ledgerFamilies).map(([key, [name, help]]) =>
    family(
      `civitals_ledger_${name}`,
      'gauge',
      help,
      rows.flatMap((row): Sample[] => {
        const value = row[key as keyof typeof ledgerFamilies]
        return value === null ? [] : [[labels(row), value]]
      }),
    ),
  )
  const balanced = rows.flatMap((row): Sample[] => (row.balanced === null ? [] : [[labels(row), row.balanced ? 1 : 0]]))
  const atLeast = rows.map((row): Sample => [labels(row), row.lossAtLeast ? 1 : 0])
  const { runs, differences, resends, last } = await sources.reconciliation()
  const lastRun: readonly Sample[] = last ? [[{}, last.endedAt / 1000]] : []
  return [
    ...terms,
    family('civitals_ledger_balanced', 'gauge', 'Whether produced is the sum of the other terms', balanced),
    family('civitals_ledger_loss_at_least', 'gauge', 'Whether more may be lost than is declared', atLeast),
    family('civitals_ledger_reconciler_runs_total', 'counter', 'Comparisons of ledger and store', [[{}, runs]]),
    family('civitals_ledger_reconciler_differences_total', 'counter', 'Gateway-hours that differed', [
      [{}, differences],
    ]),
    family('civitals_ledger_reconciler_resends_total', 'counter', 'Resends the reconciler asked for', [[{}, resends]]),
    family(
      'civitals_ledger_reconciler_last_run_seconds',
      'gauge',
      'When the last comparison ended, Unix time',
      lastRun,
    ),
  ]
}

/** The page Prometheus scrapes [exposition format 0.0.4]. */
export async function metricsText(sources: ApiSources, stream: StreamFacts): Promise<string> {
  const rows = await sources.ledger()
  const live = (await sources.alarms({ state: 'live', limit: 1000 })).items
  const spool = ({ gateway, spool }: LedgerRow): Labels => ({ gateway, spool })
  const counters = Object.entries(ledgerCounters).map(([key, [name, help]]) =>
    family(
      `civitals_${name}`,
      'counter',
      help,
      rows.map((row) => [spool(row), row[key as keyof typeof ledgerCounters]]),
    ),
  )
  const waiting = rows.flatMap((row): Sample[] => (row.waiting === null ? [] : [[spool(row), row.waiting]]))
  const body = sources.city()
  const health = sources.health()
  const facts = Object.entries(health.facts).flatMap(([key, value]): Sample[] =>
    typeof value === 'number' ? [[{ name: key }, value]] : [],
  )
  const priorities = [1, 2, 3, 4].map(
    (priority): Sample => [{ priority: String(priority) }, live.filter((alarm) => alarm.priority === priority).length],
  )
  return [
    ...counters,
    ...(await ledgerMetrics(sources, rows)),
    family('civitals_readings_waiting', 'gauge', 'Readings gateways still hold, as they say', waiting),
    family('civitals_alarms_live', 'gauge', 'Live alarms by priority', priorities),
    family(
      'civitals_city_score',
      'gauge',
      'Score of the city, 0 to 100',
      typeof body?.score === 'number' ? [[{}, body.score]] : [],
    ),
    family('civitals_city_coverage', 'gauge', 'Share of indicators that are valid', body ? [[{}, body.coverage]] : []),
    family('civitals_ready', 'gauge', 'Whether the centre is ready', [[{}, health.ready ? 1 : 0]]),
    family('civitals_health', 'gauge', 'Figures of the centre by name', facts),
    family('civitals_stream_clients', 'gauge', 'Open live streams', [[{}, stream.clients]]),
    family('civitals_stream_dropped_total', 'counter', 'Live streams closed for being slow', [[{}, stream.dropped]]),
  ].join('')
}
