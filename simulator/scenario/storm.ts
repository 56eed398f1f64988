/**
 * The storm of the demonstration, in minutes of its own time. Each link drives the next: rain fills the pipes, full pipes
 * surcharge onto the lowest road, deep water slows traffic, stuck people complain.
 */
export interface StormStep {
  /** mm/h. */
  readonly rain: number
  /** mm fallen so far. */
  readonly fallen: number
  /** Rise of the water in the manhole at the lowest site, m. */
  readonly pipe: number
  /** Depth on the road at the lowest site, cm. */
  readonly depth: number
  /** Speed near the lowest site, of what it would be without water. */
  readonly speed: number
  /** Complaints per hour of storm time beyond the ordinary. */
  readonly complaints: number
}

/**
 * What each link waits before it answers the one before it, and how slowly it follows, in minutes of storm time. The order
 * in which the signs appear follows from these.
 */
export const stormLags = {
  pipeAfterRain: { delay: 4, follow: 7 },
  depthAfterPipe: { delay: 2, follow: 40, drain: 16 },
  speedAfterDepth: { delay: 2, follow: 3 },
  complaintsAfterDepth: { delay: 6, follow: 8 },
} as const

/** Peak of the rain, mm/h: between the orange and the red class of short-time heavy rain. */
const peakRain = 76
/** Rise at which the lowest gully runs backwards, and at which nothing drains any more, m. */
const surchargeFrom = 1.2
const surchargeFull = 1.7
/** Water that rises onto the road when nothing drains, cm per minute. */
const inflow = 1.08

/** Length of the storm until everything has run off, minutes of storm time. */
export const stormMinutes = 200
const stepMinutes = 1 / 6

/** Rain as it falls: rises for 14 min, holds with gusts, fades from 74 min to 96 min. */
function rainAt(minute: number): number {
  const rise = smooth(minute / 14)
  const fall = 1 - smooth((minute - 74) / 22)
  const gusts = 1 + 0.06 * Math.sin(minute / 3.1) - 0.05 * Math.sin(minute / 1.7)
  return peakRain * rise * fall * gusts
}

/**
 * Speed left at a water depth in cm: the depth-disruption curve for flooded roads, v = 0.0009 w² - 0.5529 w + 86.9448 with
 * w in mm, standstill at 30 cm (Pregnolato et al. 2017, Transportation Research D 55), as a share of its value on a dry road.
 */
export function speedShare(depthCm: number): number {
  const millimetres = Math.min(300, Math.max(0, depthCm * 10))
  const speed = 0.0009 * millimetres ** 2 - 0.5529 * millimetres + 86.9448
  return Math.max(0.08, speed / 86.9448)
}

/** 0 below 0, 1 above 1, without corners between. */
function smooth(x: number): number {
  const t = Math.min(1, Math.max(0, x))
  return t * t * (3 - 2 * t)
}

/** The course of the storm, one row per 10 s of storm time. */
export const stormCourse: readonly StormStep[] = courseOfStorm()

function courseOfStorm(): StormStep[] {
  const rows: StormStep[] = [{ rain: 0, fallen: 0, pipe: 0, depth: 0, speed: 1, complaints: 0 }]
  const ago = (row: number, minutes: number): StormStep | undefined => rows[row - Math.round(minutes / stepMinutes)]
  for (let row = 1; row <= stormMinutes / stepMinutes; row++) {
    const last = rows[row - 1]
    if (!last) break
    const rain = rainAt(row * stepMinutes)
    const { pipeAfterRain, depthAfterPipe, speedAfterDepth, complaintsAfterDepth } = stormLags
    const pipeWanted = (ago(row, pipeAfterRain.delay)?.rain ?? 0) / 40
    const surcharge = smooth(
      ((ago(row, depthAfterPipe.delay)?.pipe ?? 0) - surchargeFrom) / (surchargeFull - surchargeFrom),
    )
    const emptying = surcharge > 0.05 ? depthAfterPipe.follow : depthAfterPipe.drain
    const stuck = speedShare(ago(row, speedAfterDepth.delay)?.depth ?? 0)
    const anger = Math.max(0, (ago(row, complaintsAfterDepth.delay)?.depth ?? 0) - 4) * 5
    rows.push({
      rain,
      fallen: last.fallen + (rain * stepMinutes) / 60,
      pipe: follow(last.pipe, pipeWanted, pipeAfterRain.follow),
      depth: Math.max(0, last.depth + (inflow * surcharge - last.depth / emptying) * stepMinutes),
      speed: follow(last.speed, stuck, speedAfterDepth.follow),
      complaints: follow(last.complaints, anger, complaintsAfterDepth.follow),
    })
  }
  return rows
}

function follow(value: number, wanted: number, minutes: number): number {
  return value + ((wanted - value) * stepMinutes) / minutes
}

const calm: StormStep = { rain: 0, fallen: 0, pipe: 0, depth: 0, speed: 1, complaints: 0 }

/** The storm `minute` minutes of storm time after its start; before it nothing, after it only the rain that has fallen. */
export function stormAt(minute: number): StormStep {
  if (minute <= 0) return calm
  const place = minute / stepMinutes
  const left = stormCourse[Math.floor(place)]
  const right = stormCourse[Math.floor(place) + 1]
  if (!left || !right) return { ...calm, fallen: stormCourse[stormCourse.length - 1]?.fallen ?? 0 }
  const share = place - Math.floor(place)
  const between = (key: keyof StormStep): number => left[key] + (right[key] - left[key]) * share
  return {
    rain: between('rain'),
    fallen: between('fallen'),
    pipe: between('pipe'),
    depth: between('depth'),
    speed: between('speed'),
    complaints: between('complaints'),
  }
}
