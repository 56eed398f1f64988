import { type Static, Type } from 'typebox'
import { Id } from './ids.ts'

/** A name in the two languages pages speak. */
export const NameSchema = Type.Object({ zh: Type.String(), en: Type.String() }, { additionalProperties: false })
export type Name = Static<typeof NameSchema>

/** WGS-84 (CGCS2000) degrees; the datum they were entered in is kept beside them. */
export const PositionSchema = Type.Object(
  {
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    datum: Type.Union([Type.Literal('WGS-84'), Type.Literal('GCJ-02')]),
  },
  { additionalProperties: false },
)

export const AreaSchema = Type.Object(
  {
    id: Id('Area id, the official code where one exists.'),
    parent: Type.Optional(Id('The area this one lies in.')),
    level: Type.Enum(['district', 'town', 'village', 'grid']),
    name: NameSchema,
  },
  { additionalProperties: false },
)
export type Area = Static<typeof AreaSchema>

export const SiteSchema = Type.Object(
  {
    id: Id('Site id.'),
    area: Id('Smallest area the site lies in.'),
    name: NameSchema,
    position: PositionSchema,
    synthetic: Type.Optional(Type.Boolean({ description: 'Position made up for the demonstration.' })),
  },
  { additionalProperties: false },
)
export type Site = Static<typeof SiteSchema>

export const GatewaySchema = Type.Object(
  {
    id: Id('Gateway id, also its MQTT client id and user name.'),
    name: NameSchema,
    site: Type.Optional(Id('Where the box hangs.')),
  },
  { additionalProperties: false },
)
export type Gateway = Static<typeof GatewaySchema>

export const PointSchema = Type.Object(
  {
    id: Id('Point id, unique in its terminal.'),
    unit: Type.String({ description: 'Unit id of the units registry.' }),
    name: NameSchema,
    resolution: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Smallest step the sensor tells apart.' }),
    ),
    range: Type.Optional(
      Type.Tuple([Type.Number(), Type.Number()], { description: 'Possible values; beyond is absurd and rejected.' }),
    ),
    normal: Type.Optional(
      Type.Tuple([Type.Number(), Type.Number()], { description: 'Usual band, shown beside the value.' }),
    ),
  },
  { additionalProperties: false },
)
export type Point = Static<typeof PointSchema>

export const TerminalSchema = Type.Object(
  {
    id: Id('Terminal id, unique in the city and never reused.'),
    kind: Type.String({ description: 'What it senses: air, noise, traffic, parking, road-water, manhole, rain, ...' }),
    profile: Type.String({ description: 'Terminal profile it is read by.' }),
    group: Type.String({
      pattern: '^[a-z][a-z0-9_]*$',
      description: 'Phenomenon group: the measurement it is stored under.',
    }),
    gateway: Id('Gateway that reads it.'),
    site: Id('Site it stands at.'),
    name: NameSchema,
    reportEveryMs: Type.Integer({ minimum: 1, description: 'Longest time between two samples when all is well.' }),
    points: Type.Array(PointSchema, { minItems: 1 }),
  },
  { additionalProperties: false },
)
export type Terminal = Static<typeof TerminalSchema>

/** What the centre knows of a city: the document that registers it and the shape the registry returns. */
export const CitySchema = Type.Object(
  {
    id: Id('District code.'),
    name: NameSchema,
    timeZone: Type.String({ description: 'IANA name; decides day, night and hour of week.' }),
    areas: Type.Array(AreaSchema),
    sites: Type.Array(SiteSchema),
    gateways: Type.Array(GatewaySchema),
    terminals: Type.Array(TerminalSchema),
  },
  { additionalProperties: false },
)
export type City = Static<typeof CitySchema>

/** Read side of the registry, in memory: every stage of the centre looks terminals up here. */
export interface RegistryView {
  readonly city: Pick<City, 'id' | 'name' | 'timeZone'>
  areas(): readonly Area[]
  sites(): readonly Site[]
  gateways(): readonly Gateway[]
  terminals(): readonly Terminal[]
  terminal(id: string): Terminal | undefined
  point(terminal: string, point: string): Point | undefined
  site(id: string): Site | undefined
  area(id: string): Area | undefined
  gateway(id: string): Gateway | undefined
}
