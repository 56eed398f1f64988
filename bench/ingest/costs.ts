// What a value costs the centre, stage by stage: envelopes of fifty gateways given to the real ingest, with all rules and indicators, DuckDB and
// SQLite on disk, by a broker that is none. Counted is processor time, so that it may be run on a machine that does other work too; the stages
// are those of the main thread, by the folder of the code that spent it.
//   setup/with-node bench/ingest/costs.ts [VALUES ...]     CIVITALS_BENCH=short, CIVITALS_BENCH_PROFILE=DIR
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { openAlarms } from '@civitals/alarms/alarms'
import { alarmMigrations } from '@civitals/alarms/migrations'
import { systemClock } from '@civitals/contracts/system-clock'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { openIndicators } from '@civitals/indicators/indicators'
import { indicatorMigrations } from '@civitals/indicators/migrations'
import { openIngest } from '@civitals/ingest/ingest'
import { ingestMigrations } from '@civitals/ingest/migrations'
import { openRegistry } from '@civitals/ingest/registry'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { openSqliteState } from '@civitals/storage/sqlite'
import { readCityDocument } from '../../cli/centre/city-document.ts'
import { type Ending, temporaryFolder } from '../../test/stage/process.ts'
import { bench, printFigures } from '../run.ts'
import { HandedLoad } from './peers/handed-load.ts'
import { planOf } from './peers/load.ts'
import { short } from './peers/stage.ts'
import { profiled } from './peers/stages.ts'

const asked = process.argv.slice(2).map(Number)
const sizes = asked.length > 0 ? asked : [50, 5]
/** Values of the warm-up and of what is counted. */
const warmValues = short ? 1e6 : 3e6
const countedValues = short ? 2e6 : 1e7

async function openParts(ending: Ending, document: string) {
  const folder = temporaryFolder(ending)
  const checked = readCityDocument(document, 'city.yaml', await shippedProfiles())
  if (!checked.ok) throw new Error('the plan is no city')
  const migrations = [...ingestMigrations, ...indicatorMigrations, ...alarmMigrations]
  const state = await openSqliteState({ file: join(folder, 'state.sqlite'), migrations })
  const registry = await openRegistry(state)
  await registry.apply(checked.value)
  const series = await openDuckdbSeries({ folder: join(folder, 'series'), clock: systemClock })
  const parts = { state, series, registry, clock: systemClock }
  const alarms = await openAlarms({ ...parts, onTransition: async () => undefined })
  const indicators = await openIndicators(parts)
  ending.teardown(async () => {
    await indicators.close()
    await series.close()
    await state.close()
  })
  return { parts, steps: [alarms.step, indicators.step] }
}

for (const size of sizes) {
  await bench(async (ending) => {
    const plan = await planOf(size)
    const { parts, steps } = await openParts(ending, plan.document)
    const load = new HandedLoad(plan)
    const logger = { warn: () => undefined, error: console.error }
    const listen = { host: '127.0.0.1', port: 0 }
    const ingest = await openIngest({ ...parts, steps, listen, logger, openIntake: load.openIntake })
    ending.teardown(() => ingest.close())
    await load.send(warmValues / size)
    const settlements = Number(ingest.health().facts.settlements)
    const session = new Session()
    session.connect()
    const before = process.cpuUsage()
    const { stages, mainMs } = await profiled(session, () => load.send(countedValues / size))
    const used = process.cpuUsage(before)
    const each = (ms: number): number => (ms * 1e6) / countedValues
    const rows = [...stages].sort(([, a], [, b]) => b - a)
    const loadMs = stages.get('the load itself') ?? 0
    printFigures(`What a value costs, ${size} values an envelope, ${countedValues} values`, [
      {
        what: 'values a settlement',
        measured: countedValues / (Number(ingest.health().facts.settlements) - settlements),
        unit: '',
      },
      { what: 'all threads, the load aside', measured: each((used.user + used.system) / 1e3 - loadMs), unit: 'ns' },
      { what: 'main thread, the load aside', measured: each(mainMs - loadMs), unit: 'ns' },
      ...rows.map(([what, ms]) => ({ what: `  ${what}`, measured: each(ms), unit: 'ns' })),
    ])
  })
}
