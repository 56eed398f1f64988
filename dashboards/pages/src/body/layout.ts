/** Where the nine systems stand round the figure, in the 832 by 790 of the drawing: text height, and where its leader ends. */
export const drawing = {
  width: 832,
  height: 790,
  figure: 'translate(416 30) scale(1.2)',
  figureTop: 30,
  figureScale: 1.2,
} as const

export interface Place {
  readonly side: 'l' | 'r'
  readonly y: number
  readonly end: readonly [number, number]
}

export const places: Readonly<Record<string, Place>> = {
  NERV: { side: 'l', y: 62, end: [394.4, 70.8] },
  SENS: { side: 'l', y: 172, end: [370.4, 85.2] },
  RESP: { side: 'l', y: 288, end: [368, 236.4] },
  META: { side: 'l', y: 402, end: [372.8, 313.2] },
  DIGE: { side: 'l', y: 516, end: [401.6, 361.2] },
  PSYC: { side: 'r', y: 62, end: [471.2, 54] },
  CIRC: { side: 'r', y: 176, end: [436.4, 234] },
  IMMU: { side: 'r', y: 300, end: [508.4, 265.2] },
  RENL: { side: 'r', y: 426, end: [456.8, 344.4] },
}

/** A leader: level under the text, then straight to the organ. */
export const leader = ({ side, y, end }: Place): string =>
  side === 'l' ? `M124 ${y}H244L${end[0]} ${end[1]}` : `M634 ${y}H588L${end[0]} ${end[1]}`

/** y of the figure's units in the drawing. */
export const inDrawing = (y: number): number => drawing.figureTop + y * drawing.figureScale
