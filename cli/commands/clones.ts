import type { Box, Clone } from '@civitals/contracts/clone'
import { type Arguments, exitCodes } from '../command.ts'
import { askCentre } from '../io/centre-api.ts'

/** `civitals clones`: gateway ids that several boxes use. Exit 1 when one waits for a decision. */
export async function clones(args: Arguments): Promise<number> {
  const { items } = await askCentre<{ items: readonly Clone[] }>(
    String(args.options.centre),
    '/ingest/clones?limit=1000',
  )
  process.stdout.write(args.options.json ? `${JSON.stringify(items, undefined, 2)}\n` : report(items))
  return items.some(({ releasedAt }) => releasedAt === null) ? exitCodes.failed : exitCodes.done
}

function report(items: readonly Clone[]): string {
  if (items.length === 0) return 'no gateway id was ever used by two boxes\n'
  return items.map((clone) => `${linesOf(clone).join('\n')}\n`).join('')
}

function linesOf({ gateway, foundAt, kept, refused, sharedSpool, addresses, releasedAt, releasedBy }: Clone): string[] {
  const since = new Date(foundAt).toISOString()
  const state = releasedAt === null ? 'waits for a decision' : `released by ${releasedBy}`
  return [
    `${gateway}: two boxes, found ${since}, ${state}`,
    ...(kept ? [`  kept     ${boxLine(kept)}`] : []),
    ...refused.map((box) => `  refused  ${boxLine(box)}`),
    ...(addresses.length > 0 ? [`  seen at  ${addresses.join(', ')}`] : []),
    ...(sharedSpool ? ['  the spool was copied: give one of the boxes a new spool folder before it goes on'] : []),
  ]
}

const boxLine = ({ boot, spool, address }: Box): string =>
  `boot ${boot}, spool ${spool ?? 'unknown'}, ${address ?? 'address unknown'}`
