import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'

const settleMs = 300

/**
 * Calls `onChange` when a file may have changed: it was written, replaced as editors do, or the process got SIGHUP. Several changes in
 * short order are one. Does not keep the process alive; ends with `signal`.
 */
export function watchFile(file: string, signal: AbortSignal, onChange: () => void): void {
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(onChange, settleMs)
    timer.unref()
  }
  // The folder is watched: a file that is replaced is another file, and its own watch would stay with the old one.
  const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
    if (name === null || name === basename(file)) soon()
  })
  watcher.on('error', () => watcher.close())
  process.on('SIGHUP', soon)
  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer)
      watcher.close()
      process.off('SIGHUP', soon)
    },
    { once: true },
  )
}
