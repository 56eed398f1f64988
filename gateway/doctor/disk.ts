import { type Finding, findingsOf } from './finding.ts'
import { printBytes, printCount, printDuration } from './quantities.ts'

export interface DiskFacts {
  readonly folder: string
  readonly is: 'folder' | 'missing' | 'something else'
  /** Where it was tried to write: the folder, or what stands above it while it is missing. */
  readonly tried: string
  readonly owner?: string
  /** Octal, `700`. */
  readonly mode?: string
  /** Of a small write until it was on the disk. */
  readonly write: { readonly ms: number } | { readonly code: string }
  /** Free for this user; absent where the system does not tell. */
  readonly free?: { readonly bytes: number; readonly inodes: number; readonly hasInodes: boolean }
  /** The spool's files now. */
  readonly takenBytes: number
  readonly budgetBytes: number
  /** The installed service, and whether its user may write the folder; absent: none is installed. */
  readonly service?: { readonly user: string; readonly folder: string; readonly mayWrite: boolean }
}

/** A commit and its log need some room at once. */
const leastBytes = 16 * 2 ** 20
const leastInodes = 100
/** Readings of alarm points are to be in the spool within their second. */
const slowMs = 300
const { ok, warning, failure } = findingsOf('disk')

/** Whether the spool can be written, and has the room it was promised. */
export function diskFindings(facts: DiskFacts): Finding[] {
  const { folder, is } = facts
  if (is === 'something else')
    return [failure(`spool folder ${folder} is not a folder`, 'move what is there away, or change spool.folder')]
  if ('code' in facts.write) return [refusedFinding(facts, facts.write.code), ...roomFindings(facts)]
  return [writeFinding(facts, facts.write.ms), ...serviceFinding(facts), ...roomFindings(facts)]
}

function refusedFinding({ folder, is, tried, owner, mode }: DiskFacts, code: string): Finding {
  const whose = owner === undefined ? '' : `, of ${owner}, mode ${mode}`
  const seen = is === 'missing' ? `${folder} is missing and ${tried} cannot be written` : `${folder} cannot be written`
  return failure(`${seen} (${code}${whose})`, remedyOf(code, tried))
}

function remedyOf(code: string, tried: string): string {
  switch (code) {
    case 'EROFS':
      return 'mounted read-only, perhaps after errors of the disk: dmesg | tail, then replace the card'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full: df -h, df -i; remove what is not needed'
    case 'EACCES':
    case 'EPERM':
      return `run as the user of the gateway (sudo), or: sudo chown -R civitals ${tried}; lsattr shows a lock`
    case 'ENOTDIR':
      return 'something on the way is a file: change spool.folder'
    default:
      return 'dmesg | tail says more of the disk'
  }
}

function writeFinding({ folder, is, owner, mode, tried }: DiskFacts, ms: number): Finding {
  const whose = is === 'missing' ? `not made yet, ${tried} can be written` : `of ${owner}, mode ${mode}`
  const seen = `${folder} (${whose}): 4 KiB on the disk in ${printDuration(ms)}`
  return ms < slowMs
    ? ok(seen)
    : warning(seen, 'a slow or worn card, or other programs write much: iostat, vmstat 1; try another card')
}

function serviceFinding({ folder, is, owner, service }: DiskFacts): Finding[] {
  if (!service) return []
  const { user, folder: own, mayWrite } = service
  if (folder !== own && !folder.startsWith(`${own}/`))
    return [failure(`the service may write below ${own} alone, not in ${folder}`, `spool: { folder: ${own}/spool }`)]
  if (is === 'missing' || mayWrite) return []
  const next = `somebody ran the gateway by hand as ${owner}: sudo chown -R ${user}: ${folder}`
  return [failure(`${folder} is ${owner}'s; the service runs as ${user} and cannot write it`, next)]
}

function roomFindings({ free, takenBytes, budgetBytes }: DiskFacts): Finding[] {
  if (!free) return []
  const inodes = free.hasInodes ? `, ${printCount(free.inodes)} inodes` : ''
  const budget = `the spool takes ${printBytes(takenBytes)} of its budget of ${printBytes(budgetBytes)}`
  const seen = `${printBytes(free.bytes)} free${inodes}; ${budget}`
  const clean = 'free space: sudo journalctl --vacuum-size=50M, sudo apt clean, du -xh / | sort -h | tail'
  if (free.bytes < leastBytes || (free.hasInodes && free.inodes < leastInodes)) return [failure(seen, clean)]
  const missing = budgetBytes - takenBytes - free.bytes + leastBytes
  if (missing <= 0) return [ok(seen)]
  return [
    warning(
      `${seen}, which lacks ${printBytes(missing)}`,
      'lower spool.budget or free space: a full disk stops the spool before it may drop what is oldest',
    ),
  ]
}
