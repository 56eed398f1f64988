import { readFileSync } from 'node:fs'
import { arch, platform, release, userInfo } from 'node:os'
import type { MachineFacts } from '../configuration.ts'

export const machineFacts = (): MachineFacts => ({
  civitals: version(),
  node: process.version,
  platform: `${platform()}-${arch()}`,
  kernel: release(),
  user: userName(),
})

/** The bundle puts a package.json beside its one file. */
function version(): string {
  for (const place of ['./package.json', '../../package.json']) {
    try {
      return String(JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')).version)
    } catch {}
  }
  return '?'
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '?')
  }
}
