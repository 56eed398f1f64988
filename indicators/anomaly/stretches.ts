import type { Anomaly, AnomalyQuery } from '@civitals/contracts/anomaly'

/** Columns that shifts and findings of readings have alike; each of the two has a table of its own. */
export interface StretchColumns {
  readonly from_at: number
  readonly to_at: number
  readonly open: 0 | 1
  readonly found_at: number
}

type Stretch = Pick<Anomaly, 'from' | 'to' | 'open' | 'foundAt'>

export const columnsOf = ({ from, to, open, foundAt }: Stretch): StretchColumns => ({
  ...{ from_at: from, to_at: to, open: open ? 1 : 0, found_at: foundAt },
})

/** A row as it is told. */
export const stretchOf = <Row extends StretchColumns>(row: Row): Omit<Row, keyof StretchColumns> & Stretch => {
  const { from_at, to_at, open, found_at, ...rest } = row
  return { ...rest, from: from_at, to: to_at, open: open === 1, foundAt: found_at }
}

type Condition = readonly ['terminal' | 'point' | 'open' | 'from_at' | 'to_at', '=' | '<' | '>' | '>=', string | number]

/**
 * What a query asks of a row. What is asked for is from <= at < to, as everywhere; it is touched by a stretch whose begin lies before its
 * end, and whose end lies after its begin. Shifts are made of whole hours: their end is the first instant after them. A finding of
 * readings ends with its newest reading: that instant belongs to it, or a spike, one reading long, would touch nothing.
 */
export function asked(query: AnomalyQuery, end: 'first after' | 'newest reading'): readonly Condition[] {
  const { terminal, point, open, from, to } = query
  const conditions: Condition[] = []
  if (terminal !== undefined) conditions.push(['terminal', '=', terminal])
  if (point !== undefined) conditions.push(['point', '=', point])
  if (open !== undefined) conditions.push(['open', '=', open ? 1 : 0])
  if (from !== undefined) conditions.push(['to_at', end === 'newest reading' ? '>=' : '>', from])
  if (to !== undefined) conditions.push(['from_at', '<', to])
  return conditions
}
