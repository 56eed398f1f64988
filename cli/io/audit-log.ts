import { appendFile, type FileHandle, open } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { CivitalsError } from '@civitals/contracts/errors'

/** Notes a line of JSON at the end of `file` and waits until it is on the disk. @throws CIV_CLI_AUDIT when it cannot be noted. */
export async function note(file: string, entry: object): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'a', 0o600)
    await appendFile(handle, `${JSON.stringify(entry)}\n`)
    await handle.sync()
  } catch (cause) {
    throw new CivitalsError('CIV_CLI_AUDIT', `${file} cannot be written: ${(cause as Error).message}`, { cause })
  } finally {
    await handle?.close()
  }
}

/** Who runs this: the user's name, and who became it by sudo. */
export function whoRuns(): string {
  const name = nameOfUser()
  const { SUDO_USER: before } = process.env
  return before && before !== name ? `${before} as ${name}` : name
}

function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    // A uid without an entry in passwd, as in a container.
    return `uid ${process.getuid?.() ?? '?'}`
  }
}
