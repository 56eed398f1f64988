// A gateway's spool at work: commits numbered envelopes, prints `+SEQ` once each is reported committed and `aSEQ` before it acknowledges up to there.
//   spool.ts FOLDER ENVELOPES
import { writeSync } from 'node:fs'
import { systemClock } from '@civitals/contracts/system-clock'
import { openSqliteSpool } from '../../../../gateway/spool/io/sqlite-spool.ts'

const [folder = '.', envelopes] = process.argv.slice(2)
/** Wide enough that the log is folded into the file several times on the way. */
const samplesPerEnvelope = 40
const keptWaiting = 50

const limits = { budgetBytes: 1e9, keepAcknowledgedMs: 60_000, compress: false }
const spool = await openSqliteSpool({ folder, limits, clock: systemClock })
for (let made = 0; made < Number(envelopes); ) {
  const drafts = Array.from({ length: 1 + (made % 3) }, () => ({
    config: 'c',
    samples: Array.from({ length: samplesPerEnvelope }, (_, place) => ({
      ...{ terminal: `t${place}`, at: systemClock.now(), clock: 'synced' as const },
      values: { depth: made, flow: place },
    })),
    class: made % 7 === 0 ? ('alarm' as const) : ('telemetry' as const),
  }))
  const rows = await spool.append(drafts)
  for (const { seq } of rows) writeSync(1, `+${seq}\n`)
  made += rows.length
  if (made % 20 < rows.length && made > keptWaiting) {
    writeSync(1, `a${made - keptWaiting}\n`)
    await spool.acknowledge({ upTo: made - keptWaiting, above: [] })
  }
}
await spool.close()
