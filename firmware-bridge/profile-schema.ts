import { Duration } from '@civitals/contracts/duration'
import { Id } from '@civitals/contracts/ids'
import { NameSchema } from '@civitals/contracts/registry'
import { units } from '@civitals/contracts/units'
import { type TProperties, Type } from 'typebox'
import { keptClasses, polledClasses } from './profile.ts'
import { registerTypes, wireOrders } from './registers.ts'

const closed = { additionalProperties: false } as const
const literals = <T extends string>(names: readonly T[], description: string) => Type.Enum([...names], { description })
const Closed = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { ...closed, ...(description === undefined ? {} : { description }) })
const Band = (description: string) => Type.Tuple([Type.Number(), Type.Number()], { description })
const Address = (description: string) => Type.Integer({ minimum: 0, maximum: 65535, description })
const Table = literals(['coil', 'discrete', 'holding', 'input'], 'Modbus table: function code 1, 2, 3 or 4.')

const making = {
  scale: Type.Optional(Type.Number({ description: 'value = raw x scale + offset. Default 1.' })),
  offset: Type.Optional(Type.Number({ description: 'In the unit of the point. Default 0.' })),
  values: Type.Optional(
    Type.Record(Type.String({ pattern: '^-?\\d+$' }), Type.Number(), {
      minProperties: 1,
      description: 'Values by raw number, instead of scale and offset; any other raw number is out_of_range.',
    }),
  ),
}

export const ReadSpecSchema = Closed({
  function: Table,
  address: Address('Address on the wire, counted from 0.'),
  type: literals(registerTypes, 'bit for coils and discrete inputs, or of a register with `bit`; the rest registers.'),
  order: Type.Optional(
    literals(wireOrders, 'Bytes of a 32- or 64-bit value as they come; A is the highest. Default ABCD, ABCDEFGH.'),
  ),
  bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 15, description: 'Of a register, 0 the lowest; type bit.' })),
  byte: Type.Optional(literals(['high', 'low'], 'Half of the register an 8-bit value stands in. Default low.')),
  length: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 125, description: 'Registers of a string, two characters each.' }),
  ),
  mask: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Bits that count: (raw & mask) >> shift.',
    }),
  ),
  shift: Type.Optional(Type.Integer({ minimum: 0, maximum: 63, description: 'Bits the number is moved down.' })),
  ...making,
  missing: Type.Optional(
    Type.Array(Type.Number(), {
      minItems: 1,
      description: 'Raw numbers, before mask and shift, by which the terminal says it has no value: quality stale.',
    }),
  ),
})

export const ElementReadSchema = Closed({
  element: Type.String({ minLength: 1, description: "The protocol's own key, e.g. a34004-Rtd, 39, 02010100, speed." }),
  format: Type.Optional(
    Type.String({ pattern: '^[XN]+(\\.[XN]+)?$', description: 'Digits of a DL/T 645 value, e.g. XXX.X.' }),
  ),
  ...making,
})

const edgeAlarm = Closed(
  {
    above: Type.Optional(Type.Number()),
    below: Type.Optional(Type.Number()),
    hysteresis: Type.Optional(Type.Number({ minimum: 0, description: 'How far back a value must come. Default 0.' })),
  },
  'Crossing one of these makes the reading urgent; in the unit of the point.',
)

/** `read` is the protocol's. What an identity may leave out is filled in when the profile is read. */
const Point = <P extends TProperties>(own: P) =>
  Closed({
    id: Id('Point id, unique in the profile.'),
    name: NameSchema,
    unit: Type.Optional(Type.String({ description: 'Unit id of the units registry.', examples: Object.keys(units) })),
    class: literals(
      [...polledClasses, 'identity'] as const,
      'How often it is polled; identity: never, it is for the scan and tools.',
    ),
    resolution: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Smallest step told apart; values are rounded to it.' }),
    ),
    range: Type.Optional(Band('Possible values; beyond them a reading is out_of_range.')),
    normal: Type.Optional(Band('Usual band, shown beside the value.')),
    deadband: Type.Optional(
      Type.Number({ minimum: 0, description: 'Smallest change that is reported, in the unit of the point.' }),
    ),
    maxRate: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Fastest believable change per second; beyond it: uncertain.' }),
    ),
    edgeAlarm: Type.Optional(edgeAlarm),
    keep: Type.Optional(
      literals(
        keptClasses,
        'What goes first when the disk of its gateway is full: debug, then telemetry, then event. Default telemetry.',
      ),
    ),
    ...own,
  })

export const ModbusPointSchema = Point({
  read: ReadSpecSchema,
  write: Type.Optional(
    Closed(
      { function: literals(['coil', 'holding'], 'Table written to.'), range: Band('Values that may be written.') },
      'Allows a technician to write the point. It moves real things.',
    ),
  ),
})

export const ElementPointSchema = Point({ read: ElementReadSchema })

const head = {
  profile: Id('Profile id, the name of its folder.'),
  version: Type.Integer({ minimum: 1 }),
  kind: Id('Kind of terminal; pages group by it.'),
  group: Type.String({ pattern: '^[a-z][a-z0-9_]*$', description: 'Measurement the readings are stored under.' }),
  name: NameSchema,
  maker: Type.Optional(Type.String({ minLength: 1 })),
  models: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  source: Type.String({
    minLength: 1,
    description: 'Where the register map comes from: manual, standard, convention. Its opened text: source.md.',
  }),
  verified: Type.Optional(
    Type.Boolean({ description: 'false: nobody opened its source. Default: true where a source.md stands beside it.' }),
  ),
  extends: Type.Optional(Id('Template whose keys and points it starts from: _templates/<id>.yaml.')),
  reportEvery: Duration('Longest time between two samples.'),
  serial: Type.Optional(
    Closed(
      {
        baud: Type.Integer({ minimum: 300, maximum: 1_000_000 }),
        parity: Type.Optional(literals(['none', 'even', 'odd'], 'Default none.')),
        dataBits: Type.Optional(Type.Union([Type.Literal(7), Type.Literal(8)])),
        stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
      },
      'How the factory sets its port.',
    ),
  ),
}

const limits = Closed(
  {
    maxRegisters: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 125, description: 'Most registers of one read. Default 125.' }),
    ),
    maxBits: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2000, description: 'Most bits of one read. Default 2000.' }),
    ),
    forbidden: Type.Optional(
      Type.Array(Closed({ function: Table, from: Address('First place.'), to: Address('Last place.') }), {
        description: 'Never read, not even on the way to others.',
      }),
    ),
  },
  'What one read may ask for.',
)

const quirks = Closed(
  {
    pauseMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60_000, description: 'Silence it needs between two requests.' }),
    ),
    oneRequestPerPoint: Type.Optional(Type.Boolean({ description: 'It cannot answer for several points at once.' })),
    highestTransactionId: Type.Optional(
      Type.Integer({ minimum: 16, maximum: 65535, description: 'Modbus TCP servers that fail above it.' }),
    ),
    turnaroundMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3000, description: 'Where learning its turnaround begins.' }),
    ),
  },
  'Documented deviations.',
)

const identify = Closed(
  {
    device: Type.Optional(
      Closed(
        { vendor: Type.Optional(Type.String()), product: Type.Optional(Type.String()) },
        'Parts of objects 0 and 1 of its identification [MODBUS 6.21], in any case.',
      ),
    ),
    registers: Type.Optional(
      Type.Array(
        Closed({
          function: Table,
          address: Address('Address on the wire.'),
          type: literals(registerTypes, 'As of a point.'),
          equals: Type.Number({ description: 'Raw number that stands there in every one of them.' }),
        }),
      ),
    ),
  },
  'How a scan recognises it.',
)

/** Protocols whose points are named by a key of the protocol's own. */
export const elementProtocols = ['dlt645', 'cjt188', 'hj212', 'sl651', 'gb26875', 'jtt808', 'mqtt-json'] as const
export type ElementProtocol = (typeof elementProtocols)[number]
export const protocols = ['modbus', ...elementProtocols] as const

/** A profile of a Modbus terminal as it is written. */
export const ModbusProfileSchema = Closed({
  ...head,
  protocol: Type.Literal('modbus'),
  limits: Type.Optional(limits),
  quirks: Type.Optional(quirks),
  identify: Type.Optional(identify),
  points: Type.Array(ModbusPointSchema, { minItems: 1 }),
})

/** A profile of a terminal of any other protocol as it is written. */
export const ElementProfileSchema = Closed({
  ...head,
  protocol: literals(elementProtocols, 'What it speaks.'),
  quirks: Type.Optional(Closed({ pauseMs: quirks.properties.pauseMs })),
  meter: Type.Optional(
    Closed(
      {
        type: Type.Optional(
          Type.String({
            pattern: '^[1-4][0-9]$',
            description: 'Hexadecimal: 10 cold water, 11 hot water, 20 heat, 21 cooling, 30 gas. Quote it.',
          }),
        ),
        swapped: Type.Optional(
          Type.Boolean({ description: 'true: identifiers go with the higher byte first, 90 1F. Default false.' }),
        ),
      },
      'How a CJ/T 188 meter is asked [CJ/T 188-2018 table 1].',
    ),
  ),
  points: Type.Array(ElementPointSchema, { minItems: 1 }),
})
