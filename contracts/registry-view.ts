import type { City, RegistryView } from './registry.ts'

/** A registry that never changes, from a city document: for what is computed away from the centre's own. */
export function registryView(city: City): RegistryView {
  const byId = <T extends { readonly id: string }>(list: readonly T[]) => new Map(list.map((one) => [one.id, one]))
  const [areas, sites, gateways] = [byId(city.areas), byId(city.sites), byId(city.gateways)]
  const terminals = byId(city.terminals)
  const points = new Map(
    city.terminals.flatMap(({ id, points }) => points.map((point) => [`${id}/${point.id}`, point] as const)),
  )
  return {
    city,
    areas: () => city.areas,
    sites: () => city.sites,
    gateways: () => city.gateways,
    terminals: () => city.terminals,
    terminal: (id) => terminals.get(id),
    point: (terminal, point) => points.get(`${terminal}/${point}`),
    site: (id) => sites.get(id),
    area: (id) => areas.get(id),
    gateway: (id) => gateways.get(id),
  }
}
