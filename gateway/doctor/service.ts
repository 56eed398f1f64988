/** The service `install.sh` sets up, where it is installed. */
export interface ServiceFacts {
  readonly user: string
  readonly uid: number
  readonly gid: number
  /** It may write below this folder alone. */
  readonly folder: string
}

/** Who owns a file and what its mode allows. */
export interface Ownership {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** Bits of a mode. */
export const permission = { read: 4, write: 2, enter: 1 } as const

/** Whether a user with this group alone may do all of `wanted`, by the mode of the file; root may anything. */
export function allows({ uid, gid, mode }: Ownership, who: Pick<ServiceFacts, 'uid' | 'gid'>, wanted: number): boolean {
  if (who.uid === 0) return true
  const bits = who.uid === uid ? mode >> 6 : who.gid === gid ? mode >> 3 : mode
  return (bits & wanted) === wanted
}
