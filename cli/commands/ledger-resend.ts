import { CivitalsError } from '@civitals/contracts/errors'
import type { Resend } from '@civitals/contracts/ledger'
import { type Arguments, exitCodes } from '../command.ts'
import { askCentre } from '../io/centre-api.ts'
import { seqRanges } from '../operator/seq-ranges.ts'

/** `civitals ledger resend`: reopens settled envelopes of a spool and has their gateway send them again. */
export async function ledgerResend(args: Arguments): Promise<number> {
  const [gateway, spool, ...more] = args.positionals
  const { centre, json, ranges, why } = args.options
  if (!gateway || !spool || more.length > 0)
    throw new CivitalsError('CIV_CLI_USAGE', 'name gateway and spool, as civitals ledger lists them')
  if (typeof why !== 'string' || why.trim() === '')
    throw new CivitalsError('CIV_CLI_USAGE', 'say --why; it is kept in the ledger')
  const body = { why, ...(typeof ranges === 'string' && { ranges: seqRanges(ranges) }) }
  const path = `/ledger/${encodeURIComponent(gateway)}/${encodeURIComponent(spool)}/resend`
  const resend = await askCentre<Resend>(String(centre), path, body)
  if (json) process.stdout.write(`${JSON.stringify(resend, undefined, 2)}\n`)
  else
    process.stdout.write(
      `resend ${resend.id}: ${resend.remaining} envelopes asked for; the accounts stay as they are\n`,
    )
  return exitCodes.done
}
