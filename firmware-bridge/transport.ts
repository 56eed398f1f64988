import { Duration } from '@civitals/contracts/duration'
import { type Static, Type } from 'typebox'

const Host = Type.String({ minLength: 1, maxLength: 253, description: 'Host name or address.' })
const Port = Type.Integer({ minimum: 1, maximum: 65535 })
const closed = { additionalProperties: false } as const

/** A Modbus TCP server: every frame carries an MBAP header [MODBUS TCP 3.1.3]. */
const ModbusTcpSchema = Type.Object(
  {
    kind: Type.Literal('modbus-tcp'),
    host: Host,
    port: Port,
    behindGateway: Type.Optional(
      Type.Union([Type.Boolean(), Type.Literal('auto')], {
        description:
          'true: a serial bus stands behind it, one request at a time. Default auto: by its unit ids and how it bears more.',
      }),
    ),
    window: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 16,
        description: 'Requests at once. Default: 1 behind a gateway, else up to 8.',
      }),
    ),
  },
  closed,
)

/** RTU frames, CRC included, through a TCP socket: a transparent serial server or a cellular DTU that is dialled. */
const RtuOverTcpSchema = Type.Object({ kind: Type.Literal('rtu-over-tcp'), host: Host, port: Port }, closed)

/** Bytes as a serial line carries them, through a TCP socket: for protocols other than Modbus. */
const TcpSchema = Type.Object({ kind: Type.Literal('tcp'), host: Host, port: Port }, closed)

/**
 * Direction of an RS-485 transceiver switched by RTS. The program switches it, since the driver offers no way to the kernel's own
 * switching (TIOCSRS485), so it is late by up to some milliseconds on a busy machine: an adapter that senses the direction by
 * itself, or a port whose device tree sets `linux,rs485-enabled-at-boot-time`, needs none of this and is better.
 */
const Rs485Schema = Type.Object(
  {
    rtsPolarity: Type.Optional(
      Type.Union([Type.Literal('high'), Type.Literal('low')], { description: 'RTS while sending. Default high.' }),
    ),
    rtsDelayBefore: Type.Optional(Duration('From RTS to the first byte. Default 0ms.')),
    rtsDelayAfter: Type.Optional(Duration('From the last byte to RTS back. Default 0ms.')),
    rxDuringTx: Type.Optional(
      Type.Boolean({ description: 'true: the receiver hears what it sends, and that echo is dropped. Default false.' }),
    ),
  },
  closed,
)

const SerialSchema = Type.Object(
  {
    kind: Type.Literal('serial'),
    path: Type.String({ minLength: 1, description: 'Device file; prefer the stable names of /dev/serial/by-id.' }),
    baud: Type.Integer({ minimum: 300, maximum: 4_000_000 }),
    dataBits: Type.Optional(Type.Union([Type.Literal(7), Type.Literal(8)], { description: 'Default 8.' })),
    parity: Type.Optional(
      Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], { description: 'Default none.' }),
    ),
    stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)], { description: 'Default 1.' })),
    rs485: Type.Optional(Rs485Schema),
  },
  closed,
)

/** How a DTU that dials in says which one it is: its registration packet. */
const IdentifySchema = Type.Object(
  {
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          'Regular expression with (?<id>...) over the packet. Default: 15 (IMEI) or 20 (ICCID) digits alone.',
      }),
    ),
    as: Type.Optional(
      Type.Union([Type.Literal('text'), Type.Literal('hex')], {
        description: 'What the pattern reads: the bytes as text, or as hexadecimal digits (a-f). Default text.',
      }),
    ),
    within: Type.Optional(Duration('Connections that have not said who they are by then are closed. Default 30s.')),
  },
  closed,
)

/**
 * Terminals or DTUs dial in. Lines with the same `listen` share the port and are told apart by `dtu`; a line without it takes
 * every connection and knows terminals by the addresses in their frames. Whoever reaches the port can pretend to be a DTU: bind it
 * to the address of a private APN or VPN, not to the internet.
 */
const TcpServerSchema = Type.Object(
  {
    kind: Type.Literal('tcp-server'),
    listen: Type.String({
      pattern: '^(?:(?:[^\\s:]+|\\[[0-9A-Fa-f:.]+\\]):)?\\d{1,5}$',
      description: 'ADDRESS:PORT. A port alone listens on 127.0.0.1; 0.0.0.0:PORT on every address of this box.',
    }),
    dtu: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'The DTU of this line, as its registration packet says.',
      }),
    ),
    identify: Type.Optional(IdentifySchema),
    heartbeat: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Packet by which the DTU keeps its link alive: text, or bytes as 0xFE01. It is swallowed.',
      }),
    ),
    idle: Type.Optional(
      Duration(
        'Where terminals speak first: a connection on which nothing good came for so long is closed. Default 2h.',
      ),
    ),
  },
  closed,
)

/** Terminals report as JSON through a broker: a LoRaWAN network server's, or any. */
const MqttSchema = Type.Object(
  {
    kind: Type.Literal('mqtt'),
    url: Type.String({
      pattern: '^mqtts?://[^/@]+(:\\d+)?/?$',
      description: 'mqtt://HOST:PORT of the broker, or mqtts://HOST:PORT with TLS. Default ports 1883 and 8883.',
    }),
    caFile: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "With mqtts: file with the certificate (PEM) the broker's is signed by. Default: those Node knows.",
      }),
    ),
    payload: Type.Optional(
      Type.Union([Type.Literal('chirpstack'), Type.Literal('json')], {
        description: 'chirpstack: uplink events of ChirpStack 4. json: any document. Default chirpstack.',
      }),
    ),
    topics: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        minItems: 1,
        maxItems: 64,
        description: 'Filters to subscribe. Default for chirpstack: application/+/device/+/event/up.',
      }),
    ),
    address: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Where the address of the terminal stands: a path such as device.id, or topic[2] (levels from 0).',
      }),
    ),
    time: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Path of the time: ISO 8601, or seconds or ms since 1970. Default: time of arrival.',
      }),
    ),
    clientId: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Default GATEWAY-LINE.' })),
    username: Type.Optional(Type.String({ minLength: 1 })),
    passwordFile: Type.Optional(Type.String({ minLength: 1, description: 'File whose first line is the password.' })),
  },
  closed,
)

/** How a line is reached, as a gateway's configuration writes it. */
export const TransportSchema = Type.Union([
  ModbusTcpSchema,
  RtuOverTcpSchema,
  TcpSchema,
  SerialSchema,
  TcpServerSchema,
  MqttSchema,
])
export type Transport = Static<typeof TransportSchema>
export type SerialTransport = Static<typeof SerialSchema>
export type TcpServerTransport = Static<typeof TcpServerSchema>
export type MqttTransport = Static<typeof MqttSchema>
/** Transports of Modbus on which this side opens the line. */
export type ModbusTransport = Extract<Transport, { kind: 'modbus-tcp' | 'rtu-over-tcp' | 'serial' }>
