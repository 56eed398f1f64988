// Commits one transaction after another until it is killed and prints the number of each that was acknowledged.
import { openSqliteState } from '../io/sqlite.ts'
import { type LedgerTables, ledgerMigrations } from './ledger.ts'

const [file = '', first = '1'] = process.argv.slice(2)
const store = await openSqliteState({ file, migrations: ledgerMigrations })
for (let number = Number(first); ; number++) {
  await store.transaction(async (tx) => {
    const db = tx.withTables<LedgerTables>()
    await db.insertInto('entry').values({ number }).execute()
    await db.updateTable('total').set({ entries: number }).execute()
  })
  process.stdout.write(`${number}\n`)
}
