import type { Alarm } from '@civitals/contracts/alarm'
import type { Feature, FeatureCollection, LineString, Point, Polygon } from 'geojson'
import type { Grade, TerminalState } from '../../../api/shapes.ts'
import { corridor, lengthM, toLocal, toLonlat } from './frame.ts'

/** One terminal as the map draws it. */
export interface Ring {
  readonly id: string
  readonly site: string
  readonly longitude: number
  readonly latitude: number
  readonly state: TerminalState
  readonly selected: boolean
  /** Dimmed: outside the area the page is narrowed to. */
  readonly outside: boolean
}

const cellM = 100
/** Terminals of one site stand side by side across the corridor, so that each can be seen and picked. */
const stepM = 52

const collection = <G extends Point | LineString | Polygon>(features: Feature<G>[]): FeatureCollection<G> => ({
  type: 'FeatureCollection',
  features,
})

/** Rings of the terminals, those of one site spread across the corridor. */
export function ringFeatures(rings: readonly Ring[]): FeatureCollection<Point> {
  const placed = new Map<string, number>()
  return collection(
    rings.map((ring) => {
      const place = placed.get(ring.site) ?? 0
      placed.set(ring.site, place + 1)
      const [along, aside] = toLocal([ring.longitude, ring.latitude])
      const shift = Math.ceil(place / 2) * stepM * (place % 2 === 0 ? 1 : -1)
      const { id, state, selected, outside } = ring
      const on = state === 'live'
      return {
        type: 'Feature',
        properties: { id, on, selected, outside },
        geometry: { type: 'Point', coordinates: toLonlat(along, aside + shift) },
      }
    }),
  )
}

const gradeOfPriority: Readonly<Record<number, Grade>> = { 1: 'E', 2: 'D', 3: 'C' }
const cellOf = (longitude: number, latitude: number): string => {
  const [along, aside] = toLocal([longitude, latitude])
  return `${Math.floor(along / cellM)}:${Math.floor(aside / cellM + 0.5)}`
}

/** Grade of each cell that is not plain: the worst live alarm standing in it, or N where no terminal of it answers. */
export function cellGrades(rings: readonly Ring[], alarms: readonly Alarm[]): ReadonlyMap<string, Grade> {
  const grades = new Map<string, Grade>()
  const bySite = Map.groupBy(rings, (ring) => ring.site)
  for (const [site, there] of bySite) {
    const first = there[0]
    if (!first) continue
    const cell = cellOf(first.longitude, first.latitude)
    const worst = alarms
      .filter((alarm) => alarm.site === site && alarm.state !== 'returned')
      .sort((a, b) => a.priority - b.priority)[0]
    const grade = worst && gradeOfPriority[worst.priority]
    if (grade && grade > (grades.get(cell) ?? '')) grades.set(cell, grade)
    else if (there.every((ring) => ring.state !== 'live') && !grades.has(cell)) grades.set(cell, 'N')
  }
  return grades
}

/** The grid of 100 m along the corridor. Cells carry their grade, empty when plain. */
export function gridFeatures(grades: ReadonlyMap<string, Grade>): FeatureCollection<Polygon> {
  const cells: Feature<Polygon>[] = []
  for (let along = -1; along <= Math.ceil(lengthM / cellM); along++) {
    for (let aside = -4; aside <= 4; aside++) {
      const corner = (a: number, b: number): [number, number] =>
        toLonlat((along + a) * cellM, (aside - 0.5 + b) * cellM)
      const ring = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1), corner(0, 0)]
      cells.push({
        type: 'Feature',
        properties: { grade: grades.get(`${along}:${aside}`) ?? '' },
        geometry: { type: 'Polygon', coordinates: [ring] },
      })
    }
  }
  return collection(cells)
}

/** Where the letters of the cells from C up stand: a corner of each, clear of its middle. */
export const cellLetters = (grades: ReadonlyMap<string, Grade>): readonly { grade: Grade; at: [number, number] }[] =>
  [...grades]
    .filter(([, grade]) => grade === 'C' || grade === 'D' || grade === 'E')
    .map(([cell, grade]) => {
      const [along = 0, aside = 0] = cell.split(':').map(Number)
      return { grade, at: toLonlat((along + 0.8) * cellM, (aside + 0.3) * cellM) }
    })

/** The corridor itself. */
export const corridorFeature = (): FeatureCollection<LineString> =>
  collection([
    {
      type: 'Feature',
      properties: { synthetic: corridor.synthetic },
      geometry: { type: 'LineString', coordinates: [toLonlat(-300, 0), toLonlat(lengthM + 300, 0)] },
    },
  ])
