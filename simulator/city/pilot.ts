import { AreaSchema, NameSchema } from '@civitals/contracts/registry'
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }
const Degrees = Type.Tuple([Type.Number(), Type.Number()], { description: 'Longitude, latitude; WGS-84.' })

const PilotSiteSchema = Type.Object(
  {
    id: Type.String(),
    area: Type.String(),
    name: NameSchema,
    along: Type.Number({ minimum: 0, maximum: 1, description: 'Way from the south end to the north end.' }),
    aside: Type.Number({ description: 'Metres to the right of the way north.' }),
    lowness: Type.Number({ minimum: 0, maximum: 1, description: 'How much of a downpour gathers there.' }),
  },
  closed,
)
export type PilotSite = Static<typeof PilotSiteSchema>

const PilotTerminalSchema = Type.Object(
  {
    id: Type.String(),
    unit: Type.Integer({ minimum: 1, maximum: 247, description: 'Modbus unit id, unique on its line.' }),
    profile: Type.String(),
    site: Type.String(),
    traits: Type.Optional(Type.Record(Type.String(), Type.Number())),
  },
  closed,
)
export type PilotTerminal = Static<typeof PilotTerminalSchema>

const PilotLineSchema = Type.Object(
  {
    id: Type.String(),
    over: Type.Union([Type.Literal('tcp'), Type.Literal('serial')]),
    baud: Type.Optional(Type.Integer({ description: 'Of a serial line, 8N1. Default 9600.' })),
    terminals: Type.Array(PilotTerminalSchema, { minItems: 1 }),
  },
  closed,
)
export type PilotLine = Static<typeof PilotLineSchema>

const PilotGatewaySchema = Type.Object(
  { id: Type.String(), name: NameSchema, site: Type.String(), lines: Type.Array(PilotLineSchema, { minItems: 1 }) },
  closed,
)
export type PilotGateway = Static<typeof PilotGatewaySchema>

/** The demonstration city as `data/xiqing-pilot.yaml` writes it: where terminals stand and which line reads them. */
export const PilotSchema = Type.Object(
  {
    id: Type.String(),
    name: NameSchema,
    timeZone: Type.String(),
    areas: Type.Array(AreaSchema),
    corridor: Type.Object({ from: Degrees, to: Degrees }, closed),
    sites: Type.Array(PilotSiteSchema),
    gateways: Type.Array(PilotGatewaySchema),
  },
  closed,
)
export type Pilot = Static<typeof PilotSchema>

/** A terminal with all that its values and its wiring depend on. */
export interface PlacedTerminal extends PilotTerminal {
  readonly gateway: string
  readonly line: string
  readonly place: PilotSite
}

/** Every terminal of the pilot, gateway by gateway. */
export function placedTerminals(pilot: Pilot): PlacedTerminal[] {
  const sites = new Map(pilot.sites.map((site) => [site.id, site]))
  return pilot.gateways.flatMap((gateway) =>
    gateway.lines.flatMap((line) =>
      line.terminals.flatMap((terminal) => {
        const place = sites.get(terminal.site)
        return place ? [{ ...terminal, gateway: gateway.id, line: line.id, place }] : []
      }),
    ),
  )
}
