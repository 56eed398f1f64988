import { floorY, unitsPerCm } from './figure.ts'

export interface Wave {
  readonly d: string
  readonly opacity: number
}

export interface Water {
  /** y of the surface in the figure's units. */
  readonly surface: number
  readonly fill: string
  readonly waves: readonly Wave[]
}

const halfWidth = 118
const step = 9

/** y of a depth in the figure: 170 cm are its whole height, so the drawing is to scale. */
export const yOfDepth = (cm: number): number => floorY - Math.min(170, Math.max(0, cm)) * unitsPerCm

/** Water of `depthCm` round the legs: a surface and fainter, narrower lines below it. */
export function waterOf(depthCm: number): Water {
  const surface = yOfDepth(depthCm)
  const waves: Wave[] = []
  const rows = Math.min(12, Math.max(1, Math.floor((floorY - surface) / step)))
  for (let row = 0; row < rows; row++) {
    const half = halfWidth - row * 4
    waves.push({ d: waveAt(surface + row * step, half), opacity: Math.max(0.3, 1 - row * 0.115) })
  }
  return { surface, fill: `${waveAt(surface, halfWidth)}L${halfWidth} ${floorY}H-${halfWidth}Z`, waves }
}

function waveAt(y: number, half: number): string {
  const part = (half * 2) / 16
  const swells = Array.from({ length: 8 }, (_, place) => {
    const lift = place % 2 === 0 ? -1.5 : 1.5
    return `q${(part / 2).toFixed(1)} ${lift} ${part.toFixed(2)} 0t${part.toFixed(2)} 0`
  })
  return `M-${half} ${y.toFixed(1)}${swells.join('')}`
}
