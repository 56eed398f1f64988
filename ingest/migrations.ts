import type { Migration } from '@civitals/storage/state'

const registry = [
  'CREATE TABLE registry_city (one INTEGER PRIMARY KEY, document TEXT NOT NULL)',
  'CREATE TABLE registry_area (id TEXT PRIMARY KEY, place INTEGER NOT NULL, document TEXT NOT NULL)',
  'CREATE TABLE registry_site (id TEXT PRIMARY KEY, place INTEGER NOT NULL, area TEXT NOT NULL, document TEXT NOT NULL)',
  `CREATE TABLE registry_gateway (id TEXT PRIMARY KEY, place INTEGER NOT NULL, document TEXT NOT NULL,
     password_hash TEXT)`,
  `CREATE TABLE registry_terminal (id TEXT PRIMARY KEY, place INTEGER NOT NULL, gateway TEXT NOT NULL,
     site TEXT NOT NULL, document TEXT NOT NULL)`,
  `CREATE TABLE registry_point (terminal TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL,
     document TEXT NOT NULL, PRIMARY KEY (terminal, id))`,
]

const ledger = [
  `CREATE TABLE ledger_spool (gateway TEXT NOT NULL, spool TEXT NOT NULL, settled TEXT NOT NULL,
     stored INTEGER NOT NULL, rejected INTEGER NOT NULL, set_aside INTEGER NOT NULL,
     declared_lost INTEGER NOT NULL, duplicates INTEGER NOT NULL, updated_at INTEGER NOT NULL,
     PRIMARY KEY (gateway, spool))`,
  `CREATE TABLE ledger_gap (gateway TEXT NOT NULL, spool TEXT NOT NULL, from_seq INTEGER NOT NULL,
     to_seq INTEGER NOT NULL, readings INTEGER NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL,
     reason TEXT NOT NULL, PRIMARY KEY (gateway, spool, from_seq, to_seq))`,
  'CREATE TABLE ledger_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL)',
  'CREATE TABLE ledger_clock_fix (gateway TEXT NOT NULL, boot TEXT NOT NULL, offset_ms REAL NOT NULL, PRIMARY KEY (gateway, boot))',
]

const rejects = [
  `CREATE TABLE reject (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, scope TEXT NOT NULL, reason TEXT NOT NULL,
     gateway TEXT, spool TEXT, seq INTEGER, terminal TEXT, point TEXT, detail TEXT NOT NULL)`,
  'CREATE TABLE reject_count (reason TEXT PRIMARY KEY, count INTEGER NOT NULL)',
]

const setAside = [
  `CREATE TABLE set_aside (n INTEGER PRIMARY KEY, gateway TEXT NOT NULL, spool TEXT NOT NULL, seq INTEGER NOT NULL,
     terminal TEXT NOT NULL, point TEXT NOT NULL, at REAL NOT NULL, value REAL, quality TEXT NOT NULL,
     unsynced INTEGER NOT NULL, mono REAL, boot TEXT, reason TEXT NOT NULL, received_at INTEGER NOT NULL)`,
  'CREATE INDEX set_aside_by_series ON set_aside (gateway, terminal, point, reason)',
]

const resends = [
  "ALTER TABLE ledger_spool ADD COLUMN reopened TEXT NOT NULL DEFAULT '[]'",
  `CREATE TABLE ledger_resend (n INTEGER PRIMARY KEY, gateway TEXT NOT NULL, spool TEXT NOT NULL, ranges TEXT NOT NULL,
     "by" TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL, missing TEXT NOT NULL, answered_at INTEGER,
     done_at INTEGER, refused TEXT)`,
]

const reconciliation = [
  `CREATE TABLE ledger_digest (gateway TEXT NOT NULL, spool TEXT NOT NULL, hour INTEGER NOT NULL,
     value_count INTEGER NOT NULL, marked INTEGER NOT NULL, sum REAL NOT NULL, magnitude REAL NOT NULL,
     from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (gateway, spool, hour))`,
  'CREATE INDEX ledger_digest_by_hour ON ledger_digest (hour)',
  `CREATE TABLE ledger_check (gateway TEXT NOT NULL, hour INTEGER NOT NULL, verdict TEXT NOT NULL, settled INTEGER NOT NULL,
     stored INTEGER NOT NULL, resends INTEGER NOT NULL, checked_at INTEGER NOT NULL, PRIMARY KEY (gateway, hour))`,
]

const unknownLoss = [
  'ALTER TABLE ledger_spool ADD COLUMN loss_at_least INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE ledger_gap ADD COLUMN at_least INTEGER NOT NULL DEFAULT 0',
]

const clones = ['CREATE TABLE gateway_boxes (gateway TEXT PRIMARY KEY, document TEXT NOT NULL)']

/** Configurations gateways have told of, and the one each reading set aside was read with. */
const configurations = [
  `CREATE TABLE gateway_configuration (gateway TEXT NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL,
     heard_at INTEGER NOT NULL, PRIMARY KEY (gateway, hash))`,
  'ALTER TABLE set_aside ADD COLUMN config TEXT',
]

const endedSpools = ['ALTER TABLE ledger_spool ADD COLUMN ended TEXT']

/** What the centre itself gives up: envelopes that hold a part of it were settled, so that one range may stand for several losses. */
const givenUp = [
  'ALTER TABLE ledger_spool ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE ledger_gap RENAME TO ledger_gap_of_gateways',
  `CREATE TABLE ledger_gap (gateway TEXT NOT NULL, spool TEXT NOT NULL, from_seq INTEGER NOT NULL,
     to_seq INTEGER NOT NULL, readings INTEGER NOT NULL, at_least INTEGER NOT NULL, from_at INTEGER NOT NULL,
     to_at INTEGER NOT NULL, reason TEXT NOT NULL, aside INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (gateway, spool, from_seq, to_seq, aside, reason))`,
  `INSERT INTO ledger_gap (gateway, spool, from_seq, to_seq, readings, at_least, from_at, to_at, reason)
     SELECT gateway, spool, from_seq, to_seq, readings, at_least, from_at, to_at, reason FROM ledger_gap_of_gateways`,
  'DROP TABLE ledger_gap_of_gateways',
]

/** Schema of the registry, the ledger, the list of rejects and the readings set aside. */
export const ingestMigrations: readonly Migration[] = [
  { id: 'ingest-001', statements: [...registry, ...ledger, ...rejects, ...setAside] },
  { id: 'ingest-002', statements: ['ALTER TABLE ledger_clock_fix ADD COLUMN fix INTEGER NOT NULL DEFAULT 1'] },
  { id: 'ingest-003', statements: resends },
  { id: 'ingest-004', statements: reconciliation },
  { id: 'ingest-005', statements: unknownLoss },
  { id: 'ingest-006', statements: clones },
  { id: 'ingest-007', statements: endedSpools },
  { id: 'ingest-008', statements: ['ALTER TABLE set_aside ADD COLUMN detail TEXT'] },
  { id: 'ingest-009', statements: configurations },
  { id: 'ingest-010', statements: givenUp },
]
