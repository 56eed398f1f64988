import { type Static, Type } from 'typebox'

const Host = Type.String({ minLength: 1, maxLength: 253, description: 'Host name or address.' })
const Port = Type.Integer({ minimum: 1, maximum: 65535 })

/** A Modbus TCP server: every frame carries an MBAP header [MODBUS TCP 3.1.3]. */
const ModbusTcpSchema = Type.Object(
  { kind: Type.Literal('modbus-tcp'), host: Host, port: Port },
  { additionalProperties: false },
)

/** RTU frames, CRC included, through a TCP socket: a transparent serial server or a cellular DTU. */
const RtuOverTcpSchema = Type.Object(
  { kind: Type.Literal('rtu-over-tcp'), host: Host, port: Port },
  { additionalProperties: false },
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
  },
  { additionalProperties: false },
)

/** How a line is reached, as a gateway's configuration writes it. */
export const TransportSchema = Type.Union([ModbusTcpSchema, RtuOverTcpSchema, SerialSchema])
export type Transport = Static<typeof TransportSchema>
export type SerialTransport = Static<typeof SerialSchema>
