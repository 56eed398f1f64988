import type { Migration } from '@civitals/storage/state'
import { readingMigrations } from './anomaly/readings/store.ts'
import { anomalyMigrations } from './anomaly/service/store.ts'
import { forecastMigrations } from './forecast/service/store.ts'

/** Tables of the indicators: what cannot be computed again from the series store, and windows, so that a restart need not. */
export const indicatorMigrations: readonly Migration[] = [
  {
    id: 'indicators-001',
    statements: [
      // Counts of what is no series: one row an hour.
      `CREATE TABLE indicator_count (
        name TEXT NOT NULL,
        hour INTEGER NOT NULL,
        count REAL NOT NULL,
        PRIMARY KEY (name, hour)
      )`,
      // One row a minute, kept 30 days: the score a page draws. NULL = grade N.
      `CREATE TABLE indicator_body (
        area TEXT NOT NULL,
        at INTEGER NOT NULL,
        score REAL,
        low REAL,
        high REAL,
        PRIMARY KEY (area, at)
      )`,
      // Newest valid score of each indicator: what a gap is held at across a restart.
      `CREATE TABLE indicator_last (
        area TEXT NOT NULL,
        indicator TEXT NOT NULL,
        at INTEGER NOT NULL,
        score REAL NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (area, indicator)
      )`,
    ],
  },
  {
    id: 'indicators-002',
    statements: [
      // Last valid values of sites that fell silent: silence does not improve a score, nor does a restart.
      `CREATE TABLE indicator_site (
        indicator TEXT NOT NULL,
        terminal TEXT NOT NULL,
        part TEXT NOT NULL,
        at INTEGER NOT NULL,
        value REAL NOT NULL,
        parts TEXT NOT NULL,
        PRIMARY KEY (indicator, terminal, part)
      )`,
      // Every ten minutes, kept 30 days: the city's systems (score) and indicators (value and score, by which version).
      `CREATE TABLE indicator_past (
        area TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        version TEXT NOT NULL,
        value REAL,
        score REAL,
        PRIMARY KEY (area, id, at)
      )`,
    ],
  },
  {
    id: 'indicators-003',
    statements: [
      // Every version of systems, indicators and decisions of scope; content is the definition as JSON.
      `CREATE TABLE indicator_definition (
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (kind, key, version)
      )`,
      // Who changed what, when, why, and from which local day it counts. Never removed.
      `CREATE TABLE indicator_change (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        why TEXT NOT NULL,
        what TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        from_day TEXT NOT NULL,
        before TEXT,
        after TEXT NOT NULL
      )`,
    ],
  },
  {
    id: 'indicators-004',
    statements: [
      // Windows of each terminal as they stood at its sample `until`; a settlement of anything older deletes the row.
      `CREATE TABLE indicator_window (
        terminal TEXT PRIMARY KEY,
        shape TEXT NOT NULL,
        until INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        state TEXT NOT NULL
      )`,
    ],
  },
  {
    id: 'indicators-005',
    statements: [
      // 1: computed afterwards from what the stores held, because nobody was there to compute it at the time.
      'ALTER TABLE indicator_body ADD COLUMN afterwards INTEGER NOT NULL DEFAULT 0',
      'ALTER TABLE indicator_past ADD COLUMN afterwards INTEGER NOT NULL DEFAULT 0',
    ],
  },
  ...forecastMigrations,
  ...anomalyMigrations,
  ...readingMigrations,
]
