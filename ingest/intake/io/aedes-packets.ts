// What Aedes hands over, in the words of this system.
import { gatewayOfDoctor } from '@civitals/contracts/doctor-client'
import { decodeStatus } from '@civitals/contracts/status'
import type { AuthenticateError, Client, ConnectPacket, PublishPacket } from 'aedes'
import type { Denial } from '../../broker/access.ts'
import type { Login } from '../../broker/credentials.ts'
import { FrameGuard } from '../../broker/io/frame-guard.ts'

/** A gateway's doctor, which is counted as no gateway. */
export const isDoctor = (client: Client): boolean => gatewayOfDoctor(client.id) !== undefined

/** CONNACK return codes [MQTT-3.1.1 3.2.2.3]. A clone is told apart: trying again soon is no use to it. */
const [identifierRejected, notAuthorized] = [2, 5]

export const refusal = (denial?: Denial): AuthenticateError =>
  Object.assign(new Error('not authorized'), {
    returnCode: denial?.reason === 'cloned gateway' ? identifierRejected : notAuthorized,
  })

export const peerOf = ({ conn }: Client): string | undefined => (conn instanceof FrameGuard ? conn.peer : undefined)

/** What a CONNECT packet says; the run of the box from its last will. */
export function loginOf({ clientId, username, password, will, keepalive }: ConnectPacket): Login {
  const boot = will && decodeStatus(Buffer.from(will.payload))?.boot
  return {
    ...(boot !== undefined && { boot }),
    ...(keepalive !== undefined && keepalive > 0 && { keepaliveS: keepalive }),
    clientId: clientId ?? '',
    username,
    password: typeof password === 'string' ? Buffer.from(password) : password,
    will: will && { topic: will.topic, qos: will.qos ?? 0, retain: will.retain ?? false },
  }
}

/** The gateway a refused login is listed under; names from strangers are cut. */
export const idOf = (login: Login): string | undefined => login.clientId.slice(0, 64) || undefined

export const clientOf = (guard: FrameGuard): Client | undefined => (guard as FrameGuard & { client?: Client }).client

export const bytesOf = (payload: PublishPacket['payload']): Uint8Array =>
  typeof payload === 'string' ? Buffer.from(payload) : payload
