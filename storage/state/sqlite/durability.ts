/** FULL: a commit that was answered survives a power cut, which is what an acknowledgement promises. */
export const durability = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL'
