import type { WritePlan } from '../catalogue.ts'
import { deleteAgain, noteAgain } from '../schema.ts'
import { appendKeys, appendNames, appendReadings, appendRuns } from './appending.ts'
import type { Database } from './database.ts'

/** `settled` is rewritten in its shortest form when it has so many rows and so many times more than it needs. */
const rewriteFromRows = 5000
const rewriteFromFactor = 4

/** Nothing of it would change the store. */
export const isEmpty = ({ runs, again }: WritePlan): boolean => runs.length === 0 && again.rows === 0

/**
 * One transaction into the table that is written to: new names, numbers of envelopes, readings; what came again replaces its rows there and is
 * noted where older tables or files hold it too. The memory of the database follows the commit.
 */
export async function commit(database: Database, plan: WritePlan): Promise<void> {
  const { writer } = database
  const { current, tables } = database.layout
  const again = plan.again.rows > 0
  const older = again && (tables.length > 1 || database.layout.days.length > 0)
  await writer.run('BEGIN')
  await appendNames(writer, 'series', plan.series)
  await appendNames(writer, 'spool', plan.spools)
  const rows = await shorten(database)
  await appendRuns(writer, plan.runs)
  await appendReadings(writer, current, plan.fresh)
  if (again) {
    await writer.run('DELETE FROM again')
    await appendKeys(writer, plan.again)
    await writer.run(deleteAgain(current))
    if (older) await writer.run(noteAgain(current))
    await appendReadings(writer, current, plan.again)
  }
  await writer.run('COMMIT')
  database.runRows = rows + plan.runs.length
  database.currentRows += plan.fresh.rows + plan.again.rows
  database.resent ||= older
  for (const columns of [plan.fresh, plan.again]) database.newest.take(columns)
}

/** Runs written one by one, batch after batch, as the few they have grown into. Returns the rows there are then. */
async function shorten({ writer, catalogue, runRows }: Database): Promise<number> {
  if (runRows < Math.max(rewriteFromRows, rewriteFromFactor * catalogue.runCount)) return runRows
  const runs = catalogue.runs()
  await writer.run('DELETE FROM settled')
  await appendRuns(writer, runs)
  return runs.length
}
