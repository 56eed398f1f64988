import { readFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import type { ClockState } from '@civitals/contracts/envelope'
import { askTimeService } from '../../readings/io/time-service.ts'
import type { ClockFacts } from '../clock.ts'

export async function clockFacts(
  state: ClockState | undefined,
  centre: ClockFacts['centre'] | undefined,
): Promise<ClockFacts> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return {
    now: Date.now(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    zoneMinutes: -new Date().getTimezoneOffset(),
    upMs: Math.round(uptime() * 1000),
    ...(bootId && { bootId: bootId.trim() }),
    evidence: await askTimeService(),
    ...(state && { state }),
    ...(centre && { centre }),
  }
}
