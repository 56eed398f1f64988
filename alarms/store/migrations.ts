import type { Migration } from '@civitals/storage/state'

/**
 * Tables of the alarms. `alarm.live_key` is rule and subject while an occurrence is live and null after: its unique index is
 * what holds "one live alarm per rule and subject", whatever the code above believes.
 */
export const alarmMigrations: readonly Migration[] = [
  {
    id: 'alarms-001',
    statements: [
      `CREATE TABLE alarm (id TEXT PRIMARY KEY, rule TEXT NOT NULL, subject TEXT NOT NULL, live_key TEXT UNIQUE,
        live INTEGER NOT NULL, state TEXT NOT NULL, onset INTEGER NOT NULL, returned_at INTEGER, step INTEGER NOT NULL,
        document TEXT NOT NULL)`,
      'CREATE INDEX alarm_by_onset ON alarm (live, onset, id)',
      'CREATE INDEX alarm_by_subject ON alarm (rule, subject, onset)',
      `CREATE TABLE alarm_transition (id TEXT PRIMARY KEY, alarm TEXT NOT NULL, from_state TEXT NOT NULL,
        to_state TEXT NOT NULL, cause TEXT NOT NULL, at INTEGER NOT NULL, by_whom TEXT)`,
      'CREATE INDEX alarm_transition_by_alarm ON alarm_transition (alarm)',
      `CREATE TABLE alarm_rule_state (rule TEXT NOT NULL, subject TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL,
        alarm TEXT NOT NULL, pending_onset INTEGER NOT NULL, pending_return INTEGER NOT NULL, evaluated_at INTEGER NOT NULL,
        revision INTEGER NOT NULL, PRIMARY KEY (rule, subject, lane))`,
    ],
  },
  { id: 'alarms-002', statements: ['CREATE TABLE alarm_seen (gateway TEXT PRIMARY KEY, times TEXT NOT NULL)'] },
]
