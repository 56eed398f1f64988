// The centre's ingest at work on its real stores: a gateway in the same process publishes numbered envelopes by MQTT, and prints `+SEQ` for each the
// centre has acknowledged.
//   centre.ts FOLDER ENVELOPES
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '@civitals/storage/duckdb'
import { openSqliteState } from '@civitals/storage/sqlite'
import { ingestMigrations } from '../../../../ingest/migrations.ts'
import { openGateway, openStation } from '../../../../ingest/testing/io/station.ts'
import { numberedEnvelope, spool } from '../numbered.ts'

const [folder = '.', envelopes] = process.argv.slice(2)
/** Envelopes on their way, as a gateway would have. */
const window = 32

const state = await openSqliteState({ file: join(folder, 'state.sqlite'), migrations: ingestMigrations })
/** Small enough that day files are written, merged and replaced all the time. */
const openTableRows = 1_000
const keptDays = { raw: 1e6, minute: 1e6, hour: 1e6 }
const series = await openDuckdbSeries({ folder: join(folder, 'series'), clock: systemClock, openTableRows, keptDays })
const station = await openStation({ state, series })
const gateway = await openGateway(station.ingest.port, 'g1')
let reported = 0
for (let seq = 1; seq <= Number(envelopes); seq++) {
  await gateway.send(numberedEnvelope(seq))
  if (seq - reported < window && seq < Number(envelopes)) continue
  const wanted = seq === Number(envelopes) ? seq : reported + 1
  const { spools } = await gateway.acknowledged((ack) => (ack.spools[spool]?.upTo ?? 0) >= wanted)
  const { upTo = 0 } = spools[spool] ?? {}
  while (reported < upTo) writeSync(1, `+${++reported}\n`)
}
await gateway[Symbol.asyncDispose]()
await station[Symbol.asyncDispose]()
await series.tend()
await series.close()
await state.close()
