import type { Migration } from '../../port.ts'

export type LedgerTables = { entry: { number: number }; total: { entries: number } }

/** Entries and their count in two tables: a torn transaction shows. */
export const ledgerMigrations: readonly Migration[] = [
  {
    id: 'test-001',
    statements: [
      'CREATE TABLE entry (number INTEGER PRIMARY KEY) STRICT',
      'CREATE TABLE total (entries INTEGER NOT NULL) STRICT',
      'INSERT INTO total VALUES (0)',
    ],
  },
]
