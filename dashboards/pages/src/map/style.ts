import type { FeatureCollection } from 'geojson'
import type { StyleSpecification } from 'maplibre-gl'
import { corridorFeature, gridFeatures } from './features.ts'
import boundaryUrl from './sanshui-boundary.geojson?url'

const empty: FeatureCollection = { type: 'FeatureCollection', features: [] }

/** A colour of the design tokens as the theme has it now. */
export const token = (holder: HTMLElement, name: string): string =>
  getComputedStyle(holder).getPropertyValue(name).trim()

/** Layers of the working view in the colours of the theme: land, grid, corridor, rings; no tiles, no glyphs, no sprite. */
export function styleOf(holder: HTMLElement): StyleSpecification {
  const of = (name: string): string => token(holder, name)
  const geojson = (data: FeatureCollection | string) => ({ type: 'geojson' as const, data })
  return {
    version: 8,
    sources: {
      district: geojson(new URL(boundaryUrl, location.href).href),
      cells: geojson(gridFeatures(new Map())),
      corridor: geojson(corridorFeature()),
      rings: geojson(empty),
    },
    layers: [
      { id: 'page', type: 'background', paint: { 'background-color': of('--c-page') } },
      { id: 'land', type: 'fill', source: 'district', paint: { 'fill-color': of('--c-sunken') } },
      { id: 'outline', type: 'line', source: 'district', paint: { 'line-color': of('--c-mark'), 'line-width': 1.2 } },
      {
        id: 'cells',
        type: 'fill',
        source: 'cells',
        paint: {
          'fill-color': [
            'match',
            ['get', 'grade'],
            'C',
            of('--g-c-tint'),
            'D',
            of('--g-d-tint'),
            'E',
            of('--g-e-tint'),
            of('--c-surface'),
          ],
        },
      },
      {
        id: 'cells-unknown',
        type: 'fill',
        source: 'cells',
        filter: ['==', ['get', 'grade'], 'N'],
        paint: { 'fill-pattern': 'hatch' },
      },
      {
        id: 'cell-lines',
        type: 'line',
        source: 'cells',
        paint: {
          'line-color': [
            'match',
            ['get', 'grade'],
            'C',
            of('--g-c-edge'),
            'D',
            of('--g-d-edge'),
            'E',
            of('--g-e-solid'),
            of('--c-line'),
          ],
          'line-width': 1,
        },
      },
      {
        id: 'corridor',
        type: 'line',
        source: 'corridor',
        layout: { 'line-cap': 'round' },
        paint: { 'line-color': of('--c-line-2'), 'line-width': 5 },
      },
      {
        id: 'rings',
        type: 'circle',
        source: 'rings',
        filter: ['get', 'on'],
        paint: {
          'circle-radius': ['case', ['get', 'selected'], 5, 3.4],
          'circle-color': ['case', ['get', 'selected'], of('--c-ink'), of('--c-surface')],
          'circle-stroke-color': of('--c-text-2'),
          'circle-stroke-width': 1.4,
          'circle-opacity': ['case', ['get', 'outside'], 0.3, 1],
          'circle-stroke-opacity': ['case', ['get', 'outside'], 0.3, 1],
        },
      },
      {
        id: 'rings-off',
        type: 'symbol',
        source: 'rings',
        filter: ['!', ['get', 'on']],
        layout: { 'icon-image': 'ring-off', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      },
    ],
  }
}
