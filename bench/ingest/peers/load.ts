// What the ingest benches send: the demonstration's terminals, as many copies as fill an envelope, behind fifty gateways.
import type { City, Point, Terminal } from '../../../contracts/registry.ts'
import { demoCity } from '../../../simulator/city/io/pilot-file.ts'

export interface LoadPoint {
  readonly id: string
  readonly unit: string
  readonly middle: number
  readonly decimals: number
}

export interface LoadTerminal {
  readonly id: string
  readonly points: readonly LoadPoint[]
}

export interface LoadGateway {
  readonly id: string
  readonly password: string
  readonly terminals: readonly LoadTerminal[]
}

/** Told to the generator. `acknowledgedBy`: what makes room in the window. */
export interface Load {
  readonly port: number
  readonly spool: string
  readonly window: number
  readonly acknowledgedBy: 'application' | 'puback'
  readonly gateways: readonly LoadGateway[]
  /** Envelopes a second of every gateway at most. Absent: as fast as the window lets it. */
  readonly perSecond?: number
  /** Envelopes of all gateways together at most. Absent: until stopped. */
  readonly most?: number
}

export interface Progress {
  readonly published: number
  readonly acknowledged: number
}

export interface Plan {
  /** The city document `civitals up --city` reads. */
  readonly document: string
  readonly gateways: readonly LoadGateway[]
  readonly valuesPerEnvelope: number
}

/** Envelopes a gateway has on the way at most: what gateway/uplink/window.ts keeps. */
export const gatewayWindow = 64
export const spool = 'bench-spool'
const password = 'bench-password'

/** Every envelope of every gateway holds exactly so many values. */
export async function planOf(valuesPerEnvelope: number, connections = 50): Promise<Plan> {
  const city = await demoCity()
  const named = Array.from({ length: connections }, (_, order) => `bench-${order}`)
  const placed = named.map((gateway, order) => placeTerminals(city, gateway, order, valuesPerEnvelope))
  const gateways = named.map((id, order) => ({ id, password, terminals: placed[order]?.map(({ load }) => load) ?? [] }))
  const terminals = placed.flat().map(({ entry }) => entry)
  const { id, name, timeZone, areas, sites } = city
  const document = JSON.stringify({
    ...{ id, name, timeZone, areas, sites },
    gateways: named.map((gateway) => ({ id: gateway, name: { zh: gateway, en: gateway } })),
    terminals,
  })
  return { document, gateways, valuesPerEnvelope }
}

/** Terminals of the demonstration in turn, each gateway from another place in the list, until the envelope is full. */
function placeTerminals(city: City, gateway: string, order: number, values: number) {
  const placed: { load: LoadTerminal; entry: Pick<Terminal, 'id' | 'profile' | 'gateway' | 'site'> }[] = []
  for (let place = order * 7, left = values; left > 0; place++) {
    const model = city.terminals[place % city.terminals.length] as Terminal
    const points = model.points.slice(0, left).map(loadPoint)
    const id = `${model.kind}-${gateway}-${place}`
    placed.push({ load: { id, points }, entry: { id, profile: model.profile, gateway, site: model.site } })
    left -= points.length
  }
  return placed
}

function loadPoint({ id, unit, normal, range, resolution = 0.1 }: Point): LoadPoint {
  const [low, high] = normal ?? range ?? [0, 1]
  return {
    id,
    unit,
    middle: (low + high) / 2,
    decimals: resolution >= 1 ? 0 : Math.min(3, Math.ceil(-Math.log10(resolution))),
  }
}
