import { type Barrier, placesOf, type ReadPlan } from './plan-reads.ts'

/** A border between two points of a plan, and whether every read that ended or began at it was answered. */
interface Suspect extends Barrier {
  left?: boolean
  right?: boolean
}

/**
 * Finds out why a terminal refuses a read that spans several points: it has a hole between two of them, or one point itself does not
 * exist. The read is cut in half, and the refused half again, until the culprit stands alone; then the borders that keep it apart
 * are kept for good and the others go. Each search keeps at least one border, so that they come to an end.
 */
export class Barriers {
  #kept: readonly Barrier[] = []
  #suspects: readonly Suspect[] = []

  /** Borders no read may cross now. */
  get all(): readonly Barrier[] {
    return [...this.#kept, ...this.#suspects]
  }

  /** A read was answered or refused. True: it was refused and cut, so that its points are worth asking for again at once. */
  seen(plan: ReadPlan, answered: boolean): boolean {
    const from = plan.address
    const to = plan.address + plan.count
    for (const suspect of this.#suspects) {
      if (suspect.function !== plan.function) continue
      if (suspect.after === to) suspect.left = answered && (suspect.left ?? true)
      if (suspect.before === from) suspect.right = answered && (suspect.right ?? true)
    }
    if (!answered) return this.#refused(plan)
    // Both sides of a border are answered: crossing it was the fault.
    this.#keep(this.#suspects.filter((suspect) => suspect.left && suspect.right))
    return false
  }

  #refused(plan: ReadPlan): boolean {
    const borders = bordersOf(plan)
    const middle = borders[borders.length >> 1]
    if (middle) this.#suspects = [...this.#suspects, middle]
    else this.#keep(this.#suspects.filter((suspect) => touches(suspect, plan)))
    return middle !== undefined
  }

  #keep(guilty: readonly Suspect[]): void {
    if (guilty.length === 0) return
    const borders = guilty.map(({ function: table, after, before }) => ({ function: table, after, before }))
    this.#kept = [...this.#kept, ...borders]
    this.#suspects = []
  }
}

const touches = (border: Barrier, plan: ReadPlan): boolean =>
  border.function === plan.function && (border.after === plan.address + plan.count || border.before === plan.address)

/** Borders at which a plan can be cut without tearing a point, ascending. */
function bordersOf(plan: ReadPlan): Barrier[] {
  const borders: Barrier[] = []
  let end: number | undefined
  for (const point of plan.points) {
    const { from, to } = placesOf(point)
    if (end !== undefined && from >= end) borders.push({ function: plan.function, after: end, before: from })
    end = Math.max(end ?? to, to)
  }
  return borders
}
