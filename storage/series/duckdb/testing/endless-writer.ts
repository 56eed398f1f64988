// Writes batches until it is killed and prints the last envelope number of each one it was told is stored.
import { systemClock } from '@civitals/contracts/system-clock'
import { openDuckdbSeries } from '../io/duckdb.ts'
import { envelopesPerBatch, numberedEnvelope } from './numbered-envelope.ts'

const [folder = '', first = '1'] = process.argv.slice(2)
// Day files are written, merged and replaced all the time.
const keptDays = { raw: 1e6, minute: 1e6, hour: 1e6 }
const store = await openDuckdbSeries({ folder, clock: systemClock, openTableRows: 5_000, keptDays })
for (let seq = Number(first); ; seq += envelopesPerBatch) {
  const envelopes = Array.from({ length: envelopesPerBatch }, (_, place) => numberedEnvelope(seq + place))
  await store.write({ envelopes, receivedAt: 0 })
  process.stdout.write(`${seq + envelopesPerBatch - 1}\n`)
}
