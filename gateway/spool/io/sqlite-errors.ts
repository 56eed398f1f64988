// What the engine's errors mean for a spool [sqlite.org/rescode.html].
import type { EndReason } from '../succession.ts'

const codes = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const

const codeOf = (error: unknown): number => Number((error as { errcode?: unknown }).errcode ?? 0) & 0xff

/** Damage the engine does not see by itself. */
export const damage = (message: string): Error => Object.assign(new Error(message), { errcode: codes.corrupt })

export const isInUse = (error: unknown): boolean => codeOf(error) === codes.busy
export const isFull = (error: unknown): boolean =>
  codeOf(error) === codes.full || ['ENOSPC', 'EDQUOT'].includes(systemCodeOf(error))

const systemCodeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '')

/** What somebody before the box can do something about, in their words. */
export function inPlainWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (isFull(error)) return 'the disk is full'
  const refusing: readonly number[] = [codes.readOnly, codes.ioError, codes.cannotOpen]
  const refuses = refusing.includes(codeOf(error)) || ['EROFS', 'EACCES', 'EPERM', 'EIO'].includes(systemCodeOf(error))
  return refuses ? `the disk takes no writes (${message})` : message
}

/** Whether an error means that the file can no longer be trusted; state that does not parse is damage the engine cannot see. */
export const isDamage = (error: unknown): boolean =>
  error instanceof SyntaxError || ([codes.corrupt, codes.notADatabase] as number[]).includes(codeOf(error))

/**
 * Whether a file must not be used any more. After a failed flush the system calls pages clean that are not on the disk, so that a second one
 * succeeds without them [Rebello et al., USENIX ATC 2020]; a failed write or read is a disk that goes. A full disk ends nothing.
 */
export function endedBy(error: unknown): EndReason | undefined {
  if (isDamage(error)) return 'damaged file'
  return codeOf(error) === codes.ioError ? 'disk error' : undefined
}
