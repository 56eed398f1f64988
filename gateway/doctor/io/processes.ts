// Who holds a file, asked of the kernel: nothing is opened.
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import type { Holder } from '../lines.ts'

/** The process with a write lock on `file`, as /proc/locks lists it for every user [proc_locks(5)]. */
export async function lockHolderOf(file: string): Promise<Holder | undefined> {
  const [found, locks] = await Promise.all([
    stat(file).catch(() => undefined),
    readFile('/proc/locks', 'utf8').catch(() => ''),
  ])
  if (!found) return undefined
  const wanted = `${hex(major(found.dev))}:${hex(minor(found.dev))}:${found.ino}`
  for (const line of locks.split('\n')) {
    const [, , , mode, pid, place] = line.trim().split(/\s+/)
    if (mode === 'WRITE' && place === wanted && Number(pid) > 0) return holderOf(Number(pid))
  }
  return undefined
}

/** Processes that have `file` open, as far as this user may see. */
export async function openersOf(file: string): Promise<Holder[]> {
  const real = await realpath(file).catch(() => file)
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(pids.map(async (pid) => ((await hasOpen(pid, real)) ? Number(pid) : undefined)))
  return Promise.all(found.filter((pid) => pid !== undefined && pid !== process.pid).map((pid) => holderOf(pid ?? 0)))
}

async function hasOpen(pid: string, real: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const numbers = await readdir(folder).catch(() => [])
  const targets = await Promise.all(numbers.map((number) => readlink(`${folder}/${number}`).catch(() => '')))
  // Whoever made a pseudo-terminal (socat, a driver of a serial server) holds both of its ends, and takes no bytes from it.
  const madeIt = real.startsWith('/dev/pts/') && targets.some((target) => target.endsWith('/ptmx'))
  return targets.includes(real) && !madeIt
}

async function holderOf(pid: number): Promise<Holder> {
  const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  return { pid, command: command.trim() || 'of another user' }
}

// How Linux packs a device number [makedev(3)].
const major = (device: number): number => (device >> 8) & 0xfff
const minor = (device: number): number => (device & 0xff) | ((device >> 12) & 0xfff00)
const hex = (number: number): string => number.toString(16).padStart(2, '0')
