import { interpolate } from './interpolate.ts'

/** Scores the six anchors of an indicator stand for [platform convention]. */
export const anchorScores = [100, 85, 70, 50, 30, 0] as const

/**
 * Score 0..100 of a measured value by its six anchors: linear between them, clamped outside. Rising anchors mean lower is
 * better, falling ones that higher is better. null for anything that is not a finite number: it never becomes a score.
 */
export function scoreOf(value: number | null, anchors: readonly number[]): number | null {
  if (value === null || !Number.isFinite(value)) return null
  return interpolate(anchors, anchorScores, value)
}

/** Whether lower values are better for these anchors. */
export const lowerIsBetter = (anchors: readonly number[]): boolean => (anchors[5] ?? 0) > (anchors[0] ?? 0)

/** The band of values that score B or better: open at the end where better has no limit. */
export const normalBand = (anchors: readonly number[]): [number | null, number | null] =>
  lowerIsBetter(anchors) ? [null, anchors[2] ?? null] : [anchors[2] ?? null, null]
