import type { CauseChain } from '@civitals/contracts/causes'
import type { RegistryView, Site, Terminal } from '@civitals/contracts/registry'
import { type Link, links, type Node } from './links.ts'

/** Where a node of the chain is measured; terminal null: the complaints of the city. */
export type End = CauseChain['links'][number]['cause']

/** A link between two series. */
export interface PlacedLink {
  readonly link: Link
  readonly cause: End
  readonly effect: End
}

/** Terminals further away than this have another cause. */
const reachKm = 3

const keyOf = (node: Node): string => (node === 'complaints' ? node : node.kind)

/**
 * The links around a terminal, each end at the nearest terminal of its kind; none where its kind stands in no link.
 */
export function linksAround(subject: Terminal, registry: RegistryView): PlacedLink[] {
  const here = registry.site(subject.site)
  const nearest = new Map<string, Terminal | undefined>([[subject.kind, subject]])
  const endOf = (node: Node): End | undefined => {
    if (node === 'complaints') return { terminal: null, point: 'count' }
    if (!nearest.has(node.kind)) nearest.set(node.kind, nearestOf(node, here, registry))
    const terminal = nearest.get(node.kind)
    return terminal && { terminal: terminal.id, point: node.point }
  }
  if (!links.some(({ cause, effect }) => keyOf(cause) === subject.kind || keyOf(effect) === subject.kind)) return []
  return links.flatMap((link) => {
    const [cause, effect] = [endOf(link.cause), endOf(link.effect)]
    return cause && effect ? [{ link, cause, effect }] : []
  })
}

function nearestOf(
  node: Exclude<Node, 'complaints'>,
  here: Site | undefined,
  registry: RegistryView,
): Terminal | undefined {
  const candidates = registry
    .terminals()
    .filter(({ kind, points }) => kind === node.kind && points.some(({ id }) => id === node.point))
    .map((terminal) => ({ terminal, km: kilometresBetween(here, registry.site(terminal.site)) }))
    .filter(({ km }) => km <= reachKm)
  return candidates.sort((a, b) => a.km - b.km)[0]?.terminal
}

/** On a plane: within a few kilometres the earth is flat. Infinity without both positions. */
function kilometresBetween(a: Site | undefined, b: Site | undefined): number {
  if (!a || !b) return Number.POSITIVE_INFINITY
  const kmPerDegree = 111.32
  const north = (b.position.latitude - a.position.latitude) * kmPerDegree
  const east =
    (b.position.longitude - a.position.longitude) * kmPerDegree * Math.cos((a.position.latitude * Math.PI) / 180)
  return Math.hypot(north, east)
}

/** The links that hang together with the kind of the subject: causes of causes before it, consequences after it, in that order. */
export function connected<T extends PlacedLink>(found: readonly T[], kind: string): T[] {
  const before = follow(found, kind, ({ link }) => [keyOf(link.effect), keyOf(link.cause)])
  const after = follow(found, kind, ({ link }) => [keyOf(link.cause), keyOf(link.effect)])
  return [...before.reverse(), ...after]
}

function follow<T extends PlacedLink>(found: readonly T[], from: string, ends: (one: T) => [string, string]): T[] {
  const reached = new Set([from])
  const chosen: T[] = []
  // A link lengthens the chain at most once.
  for (let round = 0; round < found.length; round++) {
    for (const one of found) {
      const [near, far] = ends(one)
      if (!reached.has(near) || chosen.includes(one)) continue
      reached.add(far)
      chosen.push(one)
    }
  }
  return chosen
}
