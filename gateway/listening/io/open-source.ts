import type { Clock } from '@civitals/contracts/clock'
import { CivitalsError } from '@civitals/contracts/errors'
import { dialTcp } from '@civitals/firmware-bridge/dial-tcp'
import type { PushProtocol } from '../../config/protocol-rules.ts'
import type { LineConfig } from '../../config/schema.ts'
import { DialInSource } from '../dial-in-source.ts'
import { DialledSource } from '../dialled-source.ts'
import type { ReportSource } from '../report-source.ts'
import { sessionsOf } from '../sessions.ts'
import type { Ports } from './ports.ts'
import { secretOf } from './secret.ts'

/** Makes ready what terminals of a line that speak first are heard through; it is opened when it is run. Throws CIV_GATEWAY_CONFIG. */
export async function openSource(
  { id, transport, zone, passwordFile }: LineConfig,
  protocol: PushProtocol,
  clock: Clock,
  ports: Ports,
): Promise<ReportSource> {
  const secret = passwordFile === undefined ? undefined : secretOf(id, passwordFile)
  const sessions = await sessionsOf(protocol, {
    ...(zone !== undefined && { zone }),
    ...(secret !== undefined && { secret }),
  })
  switch (transport.kind) {
    case 'tcp-server':
      return new DialInSource(transport, (guest) => ports.join(guest), sessions, clock)
    case 'tcp':
      return new DialledSource(dialTcp(transport.host, transport.port), sessions, clock)
    case 'serial': {
      const { dialSerial } = await import('@civitals/firmware-bridge/dial-serial')
      return new DialledSource(dialSerial(transport, clock), sessions, clock)
    }
    default:
      throw new CivitalsError('CIV_GATEWAY_CONFIG', `line ${id}: ${protocol} cannot go over ${transport.kind}`)
  }
}
