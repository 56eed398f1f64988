import { type GeoJSONSource, Map as MapLibre, Marker, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Alarm } from '@civitals/contracts/alarm'
import type { FeatureCollection } from 'geojson'
import { cameraFor } from './camera.ts'
import { cellGrades, cellLetters, gridFeatures, type Ring, ringFeatures } from './features.ts'
import { azimuth, lengthM, toLonlat } from './frame.ts'
import { hatchImage, offRingImage } from './images.ts'
import { styleOf, token } from './style.ts'

setWorkerUrl(workerUrl)

/** One thing marked and named on the map. */
export interface Sign {
  readonly key: string
  readonly longitude: number
  readonly latitude: number
  readonly priority: number
  readonly text: string
}

export interface View {
  readonly rings: readonly Ring[]
  readonly alarms: readonly Alarm[]
  readonly signs: readonly Sign[]
  readonly corridorName: string
}

export interface WorkingView {
  show(view: View): void
  /** Takes the colours of the theme anew. */
  recolour(): void
  destroy(): void
}

/** The working view in `holder`: no tiles and no request to anyone. `pick` gets the id of a terminal clicked, `hover` the one under the pointer, `turned` the direction that is up. */
export function openWorkingView(
  holder: HTMLElement,
  pick: (terminal: string) => void,
  hover: (terminal: string | undefined, x: number, y: number) => void,
  turned: (bearing: number) => void,
): WorkingView {
  const map = new MapLibre({
    container: holder,
    style: styleOf(holder),
    ...cameraFor(holder.clientWidth, holder.clientHeight),
    minZoom: 8,
    maxZoom: 18,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    cooperativeGestures: matchMedia('(max-width: 900px)').matches,
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  let shown: View | undefined
  let markers: Marker[] = []
  // Sources can be filled from the moment the style stands; waiting until it is drawn would wait for these very sources.
  let dressed = false

  const draw = (): void => {
    if (!shown || !dressed) return
    const grades = cellGrades(shown.rings, shown.alarms)
    setData(map, 'cells', gridFeatures(grades))
    setData(map, 'rings', ringFeatures(shown.rings))
    for (const marker of markers) marker.remove()
    const letters = cellLetters(grades).map(({ grade, at }) => marked('cl2', grade, at))
    const name = new Marker({
      element: element('at road-name', shown.corridorName),
      rotation: azimuth - 90 - map.getBearing(),
      rotationAlignment: 'viewport',
    })
    markers = [...letters, name.setLngLat(toLonlat(lengthM * 0.86, -110)), ...shown.signs.flatMap(signMarkers)]
    for (const marker of markers) marker.addTo(map)
    keepInside(markers, holder, map)
  }
  const dress = (): void => {
    dressed = true
    for (const [name, image] of [
      ['hatch', hatchImage(token(holder, '--c-hatch'))],
      ['ring-off', offRingImage(token(holder, '--c-surface'), token(holder, '--c-mark'))],
    ] as const) {
      if (map.hasImage(name)) map.removeImage(name)
      map.addImage(name, image, { pixelRatio: 2 })
    }
    draw()
  }
  map.on('style.load', dress)
  map.on('zoom', () => holder.classList.toggle('close', map.getZoom() > lettersFromZoom))
  map.on('idle', () => holder.setAttribute('data-drawn', 'yes'))
  for (const layer of ['rings', 'rings-off']) {
    map.on('click', layer, (event) => pick(String(event.features?.[0]?.properties.id ?? '')))
    map.on('mousemove', layer, (event) => {
      map.getCanvas().style.cursor = 'pointer'
      hover(String(event.features?.[0]?.properties.id ?? ''), event.point.x, event.point.y)
    })
    map.on('mouseleave', layer, () => {
      map.getCanvas().style.cursor = ''
      hover(undefined, 0, 0)
    })
  }
  map.on('resize', () => {
    map.jumpTo(cameraFor(holder.clientWidth, holder.clientHeight))
    turned(map.getBearing())
    draw()
  })
  turned(map.getBearing())
  return {
    show(view) {
      shown = view
      draw()
    },
    recolour() {
      dressed = false
      map.setStyle(styleOf(holder), { diff: false })
    },
    destroy: () => map.remove(),
  }
}

/** Letters of cells fit from here on; before, the mark of the alarm says what the wash means. */
const lettersFromZoom = 14.6

/** Names at the edge are pushed in, so that their beginning can be read. */
function keepInside(markers: readonly Marker[], holder: HTMLElement, map: MapLibre): void {
  for (const marker of markers) {
    const tag = marker.getElement()
    if (!tag.classList.contains('tag')) continue
    const { x } = map.project(marker.getLngLat())
    const half = tag.offsetWidth / 2 + 6
    const shift = Math.max(half - x, 0) - Math.max(x + half - holder.clientWidth, 0)
    marker.setOffset([shift, -34])
  }
}

function setData(map: MapLibre, source: string, data: FeatureCollection): void {
  const found = map.getSource(source) as GeoJSONSource | undefined
  void found?.setData(data)
}

function element(className: string, text: string): HTMLElement {
  const made = document.createElement('span')
  made.className = className
  made.textContent = text
  return made
}

const marked = (className: string, text: string, at: [number, number]): Marker =>
  new Marker({ element: element(className, text) }).setLngLat(at)

const shapes: Readonly<Record<number, string>> = {
  1: 'M7.6 1.4h8.8l6.2 6.2v8.8l-6.2 6.2H7.6l-6.2-6.2V7.6Z',
  2: 'M12 1.6 23 21.4H1Z',
  3: 'M12 1 23 12 12 23 1 12Z',
}

/** Ring, priority mark and name of one abnormal place. */
function signMarkers({ longitude, latitude, priority, text }: Sign): readonly Marker[] {
  const mark = document.createElement('span')
  mark.className = `sign s${priority}`
  mark.innerHTML = `<svg class="pr pr${priority}" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true"><path d="${shapes[priority] ?? ''}" stroke-linejoin="round"/><text x="12" y="${priority === 2 ? 19 : 16.6}">${priority}</text></svg>`
  const at: [number, number] = [longitude, latitude]
  const made = [new Marker({ element: mark }).setLngLat(at)]
  if (text) made.push(new Marker({ element: element('at tag', text), offset: [0, -34] }).setLngLat(at))
  return made
}
