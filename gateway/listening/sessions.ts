import type { PushSession, PushSessionOptions } from '@civitals/firmware-bridge/frames/session'
import type { PushProtocol } from '../config/protocol-rules.ts'

export interface SessionsOptions {
  /** As a configuration writes it: +08:00. */
  readonly zone?: string
  /** Password or key the terminals were given. */
  readonly secret?: string
}

/**
 * How conversations of one line are begun: sessions of its protocol, which share what must outlive a connection. Loads the protocol: a gateway without
 * such terminals does without it.
 */
export async function sessionsOf(
  protocol: PushProtocol,
  { zone, secret }: SessionsOptions,
): Promise<() => PushSession> {
  const options: PushSessionOptions = {
    ...(zone !== undefined && { zoneMinutes: minutesOf(zone) }),
    ...(secret !== undefined && { password: secret }),
  }
  switch (protocol) {
    case 'hj212': {
      const { Hj212Session } = await import('@civitals/firmware-bridge/hj212/session')
      const { Hj212Memory } = await import('@civitals/firmware-bridge/hj212/stations')
      const { password, ...others } = options
      const known = password === undefined ? {} : isSm4Key(password) ? { key: password } : { password }
      const memory = new Hj212Memory()
      return () => new Hj212Session({ ...others, ...known, memory })
    }
    case 'sl651': {
      const { Sl651Session } = await import('@civitals/firmware-bridge/sl651/session')
      return () => new Sl651Session(options)
    }
    case 'gb26875': {
      const { Gb26875Session } = await import('@civitals/firmware-bridge/gb26875/session')
      return () => new Gb26875Session(options)
    }
    case 'jtt808': {
      const { Jtt808Session } = await import('@civitals/firmware-bridge/jtt808/session')
      return () => new Jtt808Session(options)
    }
  }
}

/** A password of HJ 212 has at most 9 characters, its SM4 key 16 or twice as many hexadecimal digits [HJ 212-2017 6.3.4, HJ 212-2025 6.4.2]. */
const isSm4Key = (secret: string): boolean => secret.length === 16 || /^[0-9A-Fa-f]{32}$/.test(secret)

/** Minutes east of UTC of a zone as a configuration writes it. */
export function minutesOf(zone: string): number {
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
