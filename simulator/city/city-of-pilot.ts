import { durationMs } from '@civitals/contracts/duration'
import type { City, Point, Site, Terminal } from '@civitals/contracts/registry'
import type { Profile, ProfilePoint } from '@civitals/firmware-bridge/profile'
import { type Pilot, type PilotSite, type PlacedTerminal, placedTerminals } from './pilot.ts'

/** The registry document of the pilot: points of every terminal come from its profile, so the two cannot disagree. */
export function cityOfPilot(pilot: Pilot, profiles: ReadonlyMap<string, Profile>): City {
  return {
    id: pilot.id,
    name: pilot.name,
    timeZone: pilot.timeZone,
    areas: pilot.areas,
    sites: pilot.sites.map((site) => siteOf(pilot, site)),
    gateways: pilot.gateways.map(({ id, name, site }) => ({ id, name, site })),
    terminals: placedTerminals(pilot).flatMap((terminal) => {
      const profile = profiles.get(terminal.profile)
      return profile ? [terminalOf(terminal, profile)] : []
    }),
  }
}

function siteOf(pilot: Pilot, site: PilotSite): Site {
  const [longitude, latitude] = positionAt(pilot.corridor, site.along, site.aside)
  return {
    id: site.id,
    area: site.area,
    name: site.name,
    position: { longitude, latitude, datum: 'WGS-84' },
    synthetic: true,
  }
}

const metresPerDegree = 111_320

/** Longitude and latitude of a place beside the corridor, rounded to about a tenth of a metre. */
export function positionAt(corridor: Pilot['corridor'], along: number, asideM: number): [number, number] {
  const [fromLon, fromLat] = corridor.from
  const [toLon, toLat] = corridor.to
  const shrink = Math.cos((fromLat * Math.PI) / 180)
  const east = (toLon - fromLon) * shrink
  const north = toLat - fromLat
  const length = Math.hypot(east, north)
  const aside = asideM / metresPerDegree / length
  const longitude = fromLon + along * (toLon - fromLon) + (aside * north) / shrink
  const latitude = fromLat + along * (toLat - fromLat) - aside * east
  return [Number(longitude.toFixed(6)), Number(latitude.toFixed(6))]
}

function terminalOf(terminal: PlacedTerminal, profile: Profile): Terminal {
  return {
    id: terminal.id,
    kind: profile.kind,
    profile: profile.profile,
    group: profile.group,
    gateway: terminal.gateway,
    site: terminal.site,
    name: {
      zh: `${terminal.place.name.zh}${profile.name.zh}`,
      en: `${profile.name.en}, ${terminal.place.name.en}`,
    },
    reportEveryMs: durationMs(profile.reportEvery),
    points: profile.points.map(pointOf),
  }
}

const pointOf = ({ id, unit, name, resolution, range, normal }: ProfilePoint): Point => ({
  id,
  unit,
  name,
  resolution,
  range,
  ...(normal && { normal }),
})
