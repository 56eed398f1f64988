import { Duration } from '@civitals/contracts/duration'
import { Id } from '@civitals/contracts/ids'
import { keptClasses } from '@civitals/firmware-bridge/profile'
import { type Transport, TransportSchema } from '@civitals/firmware-bridge/transport'
import { type Static, type TSchema, Type } from 'typebox'
import { pushProtocols } from './protocol-rules.ts'
import { sizePattern } from './size.ts'

const File = (description: string) => Type.String({ minLength: 1, description })

const UplinkSchema = Type.Object(
  {
    url: Type.String({ pattern: '^mqtt://[^/@]+(:\\d+)?/?$', description: 'Broker of the centre: mqtt://HOST:PORT.' }),
    passwordFile: Type.Optional(File('File whose first line is the password of this gateway.')),
    passwordEnv: Type.Optional(File('Environment variable that holds the password instead.')),
    metered: Type.Optional(
      Type.Boolean({ description: 'Link paid by volume: compress and batch longer. Default false.' }),
    ),
    qos: Type.Optional(
      Type.Union([Type.Literal(0), Type.Literal(1)], {
        description: 'MQTT quality of service of readings. 0 saves the receipts; nothing depends on them. Default 1.',
      }),
    ),
  },
  { additionalProperties: false },
)

const SpoolSchema = Type.Object(
  {
    folder: File('Folder of the queue on disk; it outlives configuration and upgrades.'),
    budget: Type.Optional(Type.String({ pattern: sizePattern, description: 'Disk it may take. Default 512MiB.' })),
  },
  { additionalProperties: false },
)

const PollSchema = Type.Object(
  {
    alarm: Type.Optional(Duration('Period of alarm points. Default 1s.')),
    normal: Type.Optional(Duration('Period of ordinary points. Default 5s.')),
    bulk: Type.Optional(Duration('Period of bulk points. Default 60s.')),
  },
  { additionalProperties: false },
)

const ReportSchema = Type.Object(
  {
    onChange: Type.Optional(
      Type.Boolean({ description: 'true: only changes and heartbeats are sent. Default: true on a metered uplink.' }),
    ),
    heartbeat: Type.Optional(Duration('Longest time between two reports of a point. Default: of the profile.')),
  },
  { additionalProperties: false },
)

const PointOverrideSchema = Type.Object(
  {
    reportEvery: Type.Optional(Duration('Longest time between two reports of this point. Default: of the profile.')),
    deadband: Type.Optional(
      Type.Number({ minimum: 0, description: 'Smallest change reported, in the unit of the point.' }),
    ),
    keep: Type.Optional(
      Type.Enum([...keptClasses], {
        description:
          'What a full disk gives up first: debug, telemetry, event. Default: of the profile, else telemetry.',
      }),
    ),
  },
  { additionalProperties: false },
)

const TerminalSchema = Type.Object(
  {
    id: Id('Terminal id, unique in the city and never reused.'),
    unit: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 255, description: 'Modbus unit id; 1-247 on serial lines.' }),
    ),
    address: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          'As printed on the device, for protocols other than Modbus: meter, MN, station, phone, devEui. Quote it.',
      }),
    ),
    profile: Id('Profile that says how to read it.'),
    report: Type.Optional(
      Type.Enum(['every', 'onChange'], {
        description:
          'every: each poll is sent; onChange: only changes and heartbeats. Default: as `report` of the file says.',
      }),
    ),
    points: Type.Optional(
      Type.Record(Type.String({ maxLength: 64 }), PointOverrideSchema, { description: 'Exceptions by point id.' }),
    ),
  },
  { additionalProperties: false },
)

const configOf = <Lines extends TSchema>(lines: Lines) =>
  Type.Object(
    {
      gateway: Id('Gateway id: user name and client id at the broker, and part of every topic.'),
      uplink: UplinkSchema,
      spool: SpoolSchema,
      poll: Type.Optional(PollSchema),
      report: Type.Optional(ReportSchema),
      profiles: Type.Optional(File('Folder of your own profiles, used beside the shipped ones.')),
      lines,
    },
    { additionalProperties: false },
  )

const lineOf = <T extends TSchema>(transport: T) =>
  Type.Object(
    {
      id: Id('Line id, unique in the gateway.'),
      transport,
      protocol: Type.Optional(
        Type.Enum([...pushProtocols], {
          description: 'What terminals that speak first speak here. Default: as their profiles say.',
        }),
      ),
      timeout: Type.Optional(
        Duration('Longest wait for a reply. Default: from the speed of the line and what each terminal takes.'),
      ),
      zone: Type.Optional(
        Type.String({
          pattern: '^[+-](?:0\\d|1[0-4]):[0-5]\\d$',
          description: "Zone of the terminals' clocks, where their protocol names none. Default +08:00.",
        }),
      ),
      passwordFile: Type.Optional(
        File('File whose first line is the password or key terminals that dial in were given.'),
      ),
      terminals: Type.Array(TerminalSchema),
    },
    { additionalProperties: false },
  )

/** A gateway's configuration as a person writes it. */
export const GatewayConfigSchema = configOf(Type.Array(lineOf(TransportSchema)))
export type GatewayConfig = Static<typeof GatewayConfigSchema>
export type LineConfig = GatewayConfig['lines'][number]
export type TerminalConfig = LineConfig['terminals'][number]

type Kind = Transport['kind']
const kinds: readonly Kind[] = ['modbus-tcp', 'rtu-over-tcp', 'tcp', 'serial', 'tcp-server', 'mqtt']

/** Checks everything but what a transport needs beside its kind, so that its problems can be told against that kind alone. */
export const LooseConfigSchema = configOf(Type.Array(lineOf(Type.Object({ kind: Type.Enum([...kinds]) }))))

/** The schema for a document whose lines are of these kinds, in order. */
export const schemaOfKinds = (kindsInOrder: readonly Kind[]): TSchema =>
  configOf(Type.Tuple(kindsInOrder.map((kind) => lineOf(transportOf(kind)))))

function transportOf(kind: Kind): TSchema {
  const fitting = TransportSchema.anyOf.find((one) => one.properties.kind.const === kind)
  return fitting ?? TransportSchema
}
