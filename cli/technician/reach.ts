import type { Profile } from '@civitals/firmware-bridge/profile'
import type { ModbusTransport, Transport } from '@civitals/firmware-bridge/transport'

/** What stands between a technician's command and a terminal of a configuration. */
export interface Standing {
  readonly terminal: string
  readonly unit?: number
  readonly transport: Transport
  readonly profile: Profile
}

/** The line to ask a terminal on, or why it cannot be asked and what to do instead. */
export function reachOf(standing: Standing): { readonly transport: ModbusTransport } | { readonly why: string } {
  const { terminal, transport, profile } = standing
  if (profile.protocol !== 'modbus') return { why: otherProtocol(standing) }
  switch (transport.kind) {
    case 'serial':
    case 'modbus-tcp':
    case 'rtu-over-tcp':
      return { transport }
    case 'tcp-server':
      return { why: behindDtu(standing, transport.dtu) }
    case 'tcp':
    case 'mqtt':
      return { why: `${terminal}: Modbus cannot go over ${transport.kind}` }
  }
}

function behindDtu({ terminal, unit = 1, profile }: Standing, dtu = ''): string {
  return `${terminal} is behind DTU ${dtu}, which dials in to the gateway that runs:
nobody else can ask it. civitals gateway doctor says whether the DTU is there; to ask the terminal
yourself, put a serial adapter on its bus: --serial PATH --unit ${unit} --profile ${profile.profile}`
}

function otherProtocol({ terminal, transport, profile: { profile, protocol } }: Standing): string {
  switch (protocol) {
    case 'mqtt-json':
      return `${terminal} reports through ${transport.kind === 'mqtt' ? transport.url : 'a broker'} and cannot be asked; the gateway's log shows what is refused`
    case 'dlt645':
    case 'cjt188':
      return `profile ${profile} speaks ${protocol}; this command speaks Modbus alone. The gateway polls ${terminal}, and its log says when it is silent`
    default:
      return `${terminal} speaks first (${protocol}) and cannot be asked; the gateway's log names addresses no terminal has, what was refused and who is silent; civitals decode ${protocol} says what a frame means`
  }
}
