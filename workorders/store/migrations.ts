import type { Migration } from '@civitals/storage/state'

/** Tables of cases, orders and the outbox. Unique keys hold what must be once: numbers, reports, one delivery per endpoint. */
export const workorderMigrations: readonly Migration[] = [
  {
    id: 'workorders-001',
    statements: [
      `CREATE TABLE city_case (id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, matter TEXT NOT NULL, area TEXT NOT NULL,
        site TEXT, stage TEXT NOT NULL, level INTEGER NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER,
        last_report_at INTEGER NOT NULL)`,
      'CREATE INDEX city_case_open ON city_case (matter, closed_at)',
      'CREATE INDEX city_case_by_time ON city_case (opened_at, id)',
      `CREATE TABLE case_report (id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES city_case (id), source TEXT NOT NULL,
        alarm TEXT, at INTEGER NOT NULL, text TEXT NOT NULL)`,
      'CREATE INDEX case_report_by_case ON case_report (case_id)',
      'CREATE INDEX case_report_by_alarm ON case_report (alarm)',
      `CREATE TABLE case_event (case_id TEXT NOT NULL REFERENCES city_case (id), position INTEGER NOT NULL, order_id TEXT,
        at INTEGER NOT NULL, stage TEXT NOT NULL, action TEXT NOT NULL, by_whom TEXT NOT NULL, note TEXT,
        PRIMARY KEY (case_id, position))`,
      `CREATE TABLE work_order (id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, case_id TEXT NOT NULL REFERENCES city_case (id),
        department TEXT NOT NULL, state TEXT NOT NULL, stage TEXT NOT NULL, level INTEGER NOT NULL,
        dispatched_at INTEGER NOT NULL, accept_by INTEGER NOT NULL, due_at INTEGER NOT NULL, handled_at INTEGER,
        closed_at INTEGER)`,
      'CREATE INDEX work_order_by_case ON work_order (case_id)',
      'CREATE INDEX work_order_by_time ON work_order (dispatched_at, id)',
      'CREATE TABLE running_number (series TEXT PRIMARY KEY, last INTEGER NOT NULL)',
    ],
  },
  {
    id: 'workorders-002-outbox',
    statements: [
      `CREATE TABLE webhook_endpoint (id TEXT PRIMARY KEY, url TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, types TEXT NOT NULL,
        created_at INTEGER NOT NULL, disabled_at INTEGER, disabled_reason TEXT)`,
      `CREATE TABLE webhook_message (id TEXT PRIMARY KEY, type TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
        created_at INTEGER NOT NULL)`,
      `CREATE TABLE webhook_delivery (id TEXT PRIMARY KEY, message TEXT NOT NULL REFERENCES webhook_message (id),
        endpoint TEXT NOT NULL REFERENCES webhook_endpoint (id), position INTEGER NOT NULL, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, tries INTEGER NOT NULL, created_at INTEGER NOT NULL, next_attempt_at INTEGER,
        delivered_at INTEGER, last_status INTEGER, last_error TEXT, UNIQUE (message, endpoint))`,
      'CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint, state, position)',
      'CREATE INDEX webhook_delivery_by_position ON webhook_delivery (position)',
    ],
  },
  {
    id: 'workorders-003-evidence',
    statements: [
      'ALTER TABLE case_event ADD COLUMN source TEXT',
      'CREATE UNIQUE INDEX case_event_by_source ON case_event (source)',
    ],
  },
]
