import type { DatabaseSync } from 'node:sqlite'
import { CivitalsError } from '@civitals/contracts/errors'

/** Format of the spool's file, kept in `PRAGMA user_version`. Files of format 1 are from before it was counted and say 0. */
export const spoolFormat = 3

// urgent: the class: 0 telemetry, 1 alarm, 2 event, 3 debug; releases before knew the first two.
// acknowledged: 0 waits, 1 settled, 2 settled and opened again. The partial indexes keep the walks of a spool short whatever else
// is kept: what is to be sent, what may go. crc: CRC-32 of the payload; null in rows of format 1.
// age: milliseconds the spool had run at the commit; 0 in rows of formats 1 and 2.
const schema = `
  CREATE TABLE IF NOT EXISTS envelope (
    seq INTEGER PRIMARY KEY, payload BLOB NOT NULL, committed_at INTEGER NOT NULL, urgent INTEGER NOT NULL,
    readings INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, carried TEXT, acknowledged INTEGER NOT NULL DEFAULT 0,
    crc INTEGER, age INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS envelope_to_send ON envelope (seq) WHERE acknowledged <> 1;
  CREATE INDEX IF NOT EXISTS envelope_settled ON envelope (seq) WHERE acknowledged = 1;
  CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL) STRICT;
`

/**
 * What makes format n + 1 of format n, from 1 on. A column with a default touches no row: an upgrade takes no time and no room, and the
 * release before can still write the file.
 */
const upgrades: readonly string[] = [
  `DROP INDEX IF EXISTS envelope_waiting;
   ALTER TABLE envelope ADD COLUMN crc INTEGER;`,
  'ALTER TABLE envelope ADD COLUMN age INTEGER NOT NULL DEFAULT 0;',
]

/** Brings a file to this release's format, in one transaction. Throws CIV_GATEWAY_SPOOL_FORMAT when a newer release made it. */
export function bringToFormat(database: DatabaseSync): void {
  const found = formatOf(database)
  if (found === spoolFormat) return
  if (found > spoolFormat) throw newer(found)
  const steps = found === 0 ? [] : upgrades.slice(found - 1)
  database.exec(`BEGIN IMMEDIATE; ${steps.join('')} ${schema} PRAGMA user_version = ${spoolFormat}; COMMIT`)
}

/** Format of an opened file; 0: it holds nothing yet. */
export function formatOf(database: DatabaseSync): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > 0) return version
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'envelope'").get() ? 1 : 0
}

const newer = (format: number): CivitalsError =>
  new CivitalsError(
    'CIV_GATEWAY_SPOOL_FORMAT',
    `the spool is of format ${format}, made by a newer release; this one reads formats up to ${spoolFormat}`,
    { context: { format, newest: spoolFormat } },
  )
