import { open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DiskFacts } from '../disk.ts'
import { allows, type Ownership, permission, type ServiceFacts } from '../service.ts'
import { userNamed } from './users.ts'

const smallWrite = 4096

/** Looks at the spool's folder and writes 4 KiB there, in a file of its own that is removed again. The folder is not made. */
export async function diskFacts(folder: string, budgetBytes: number, service?: ServiceFacts): Promise<DiskFacts> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error)
  const missing = found instanceof Error
  const is = missing
    ? found.code === 'ENOENT'
      ? 'missing'
      : 'something else'
    : found.isDirectory()
      ? 'folder'
      : 'something else'
  const tried = missing ? await nearestAbove(folder) : folder
  return {
    ...{ folder, is, tried, budgetBytes },
    ...(!missing && { owner: await userNamed(found.uid), mode: (found.mode & 0o777).toString(8) }),
    write: is === 'something else' ? { code: 'ENOTDIR' } : await tryToWrite(tried),
    ...(await freeOf(tried)),
    takenBytes: is === 'folder' ? await takenBy(folder) : 0,
    ...(service && {
      service: { user: service.user, folder: service.folder, mayWrite: missing || mayWork(found, service) },
    }),
  }
}

const mayWork = (folder: Ownership, service: ServiceFacts): boolean =>
  allows(folder, service, permission.write | permission.enter)

async function nearestAbove(folder: string): Promise<string> {
  for (let place = dirname(folder); ; place = dirname(place)) {
    if ((await stat(place).catch(() => undefined)) || place === dirname(place)) return place
  }
}

async function tryToWrite(folder: string): Promise<DiskFacts['write']> {
  const file = join(folder, `.doctor-${process.pid}`)
  try {
    const begin = performance.now()
    await using handle = await open(file, 'wx', 0o600)
    await handle.write(Buffer.alloc(smallWrite))
    await handle.sync()
    return { ms: performance.now() - begin }
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? 'unknown' }
  } finally {
    await rm(file, { force: true }).catch(() => undefined)
  }
}

async function freeOf(folder: string): Promise<Pick<DiskFacts, 'free'>> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(folder)
    return { free: { bytes: bavail * bsize, inodes: ffree, hasInodes: files > 0 } }
  } catch {
    return {}
  }
}

async function takenBy(folder: string): Promise<number> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.includes('.sqlite'))
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
