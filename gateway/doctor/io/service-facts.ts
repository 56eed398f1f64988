import { readFile } from 'node:fs/promises'
import type { ServiceFacts } from '../service.ts'

const unitFile = '/etc/systemd/system/civitals-gateway.service'
/** What StateDirectory=civitals-gateway stands for [systemd.exec(5)]. */
const folder = '/var/lib/civitals-gateway'

/** The installed service and the user it runs as; undefined where there is none. */
export async function serviceFacts(unit = unitFile, passwd = '/etc/passwd'): Promise<ServiceFacts | undefined> {
  const text = await readFile(unit, 'utf8').catch(() => '')
  const user = /^User=(\S+)$/m.exec(text)?.[1]
  const users = await readFile(passwd, 'utf8').catch(() => '')
  const row = users.split('\n').find((line) => line.startsWith(`${user}:`))
  const [, , uid, gid] = row?.split(':') ?? []
  if (user === undefined || uid === undefined || gid === undefined) return undefined
  return { user, uid: Number(uid), gid: Number(gid), folder }
}
