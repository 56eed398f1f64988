import type { Transport } from '@civitals/firmware-bridge/transport'

/** What a configuration must observe for the terminals of one protocol. */
export interface ProtocolRule {
  /** Kinds of transport that can carry it. */
  readonly transports: readonly Transport['kind'][]
  /** How a terminal is named on its line: by its Modbus unit, or by the address printed on it. */
  readonly address: 'unit' | AddressRule
}

export interface AddressRule {
  readonly pattern: RegExp
  /** Follows "must be". */
  readonly means: string
}

const asked = ['serial', 'rtu-over-tcp', 'tcp', 'tcp-server'] as const
const speaksFirst = ['tcp-server', 'tcp', 'serial'] as const

const rules: Readonly<Record<string, ProtocolRule>> = {
  modbus: { transports: ['modbus-tcp', 'rtu-over-tcp', 'serial', 'tcp-server'], address: 'unit' },
  dlt645: {
    transports: asked,
    address: { pattern: /^\d{12}$/, means: 'the 12 digits of the meter [DL/T 645-2007 5.2]' },
  },
  cjt188: {
    transports: asked,
    address: { pattern: /^\d{14}$/, means: 'the 14 digits of the meter [CJ/T 188-2004 7.2]' },
  },
  hj212: {
    transports: speaksFirst,
    address: {
      pattern: /^[0-9A-Za-z_.-]{1,40}$/,
      // The standard says 24 letters and digits [HJ 212-2017 6.3]; stations in the street say more.
      means: 'the MN, up to 40 letters, digits, _ . and -',
    },
  },
  sl651: {
    transports: speaksFirst,
    address: { pattern: /^[0-9A-F]{10}$/, means: 'the station address, 10 digits [SL 651-2014 6.2]' },
  },
  gb26875: {
    transports: speaksFirst,
    address: { pattern: /^[0-9a-f]{12}$/, means: 'the source address, 12 digits 0-9 and a-f [GB/T 26875.3-2011 6.2]' },
  },
  jtt808: {
    transports: speaksFirst,
    address: {
      pattern: /^(?:0|[1-9]\d{0,19})$/,
      means: 'the phone number without zeros in front [JT/T 808-2019 4.4.3]',
    },
  },
  'mqtt-json': { transports: ['mqtt'], address: { pattern: /^\S{1,128}$/, means: 'the name the messages give it' } },
}

/** The rule of a protocol a profile names; undefined for one this gateway cannot run. */
export const ruleOf = (protocol: string): ProtocolRule | undefined => rules[protocol]

/** Protocols whose terminals speak first: the gateway listens. */
export const pushProtocols = ['hj212', 'sl651', 'gb26875', 'jtt808'] as const
export type PushProtocol = (typeof pushProtocols)[number]

export const isPushProtocol = (protocol: string): protocol is PushProtocol =>
  (pushProtocols as readonly string[]).includes(protocol)

/** Protocols whose terminals are asked, and that go side by side on one serial line. */
const busProtocols: ReadonlySet<string> = new Set(['modbus', 'dlt645', 'cjt188'])

/** Whether the gateway asks terminals of this protocol, so that it must know how to reach them. */
export const isBusProtocol = (protocol: string): boolean => busProtocols.has(protocol)

/** Whether terminals of both may stand on one line. */
export const shareALine = (one: string, other: string): boolean =>
  one === other || (isBusProtocol(one) && isBusProtocol(other))

/** What a line has to be opened for: the protocols that go side by side are one. */
export const familyOf = (protocol: string): string => (isBusProtocol(protocol) ? 'bus' : protocol)
