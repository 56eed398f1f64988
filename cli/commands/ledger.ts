import type { LedgerRow } from '@civitals/contracts/ledger'
import { type Arguments, exitCodes } from '../command.ts'
import { askCentre } from '../io/centre-api.ts'
import { ledgerReport } from '../operator/ledger-report.ts'

/** `civitals ledger`: the account of every spool. Exit 1 when one is off balance. */
export async function ledger(args: Arguments): Promise<number> {
  const { items } = await askCentre<{ items: readonly LedgerRow[] }>(String(args.options.centre), '/ledger?limit=1000')
  process.stdout.write(args.options.json ? `${JSON.stringify(items, undefined, 2)}\n` : ledgerReport(items))
  return items.some(({ balanced }) => balanced === false) ? exitCodes.failed : exitCodes.done
}
