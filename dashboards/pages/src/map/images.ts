/** Small pictures the map needs and has no sprite for; drawn at twice their size for sharp screens. */
function drawn(size: number, paint: (ctx: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = size
  canvas.height = size
  const ctx = canvas.getContext('2d')
  if (!ctx) return new ImageData(size, size)
  paint(ctx)
  return ctx.getImageData(0, 0, size, size)
}

/** Slanted lines: nothing is known here. */
export const hatchImage = (colour: string): ImageData =>
  drawn(12, (ctx) => {
    ctx.strokeStyle = colour
    ctx.lineWidth = 2
    ctx.beginPath()
    for (const shift of [-12, 0, 12]) {
      ctx.moveTo(shift, 12)
      ctx.lineTo(shift + 12, 0)
    }
    ctx.stroke()
  })

/** A dashed ring: a terminal that does not answer, or whose readings are old. */
export const offRingImage = (fill: string, edge: string): ImageData =>
  drawn(24, (ctx) => {
    ctx.fillStyle = fill
    ctx.strokeStyle = edge
    ctx.lineWidth = 2.6
    ctx.setLineDash([4, 3.4])
    ctx.beginPath()
    ctx.arc(12, 12, 8.5, 0, 2 * Math.PI)
    ctx.fill()
    ctx.stroke()
  })
