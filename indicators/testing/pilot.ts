import type { City, RegistryView } from '@civitals/contracts/registry'

/** A registry that never changes, from a city document. */
export function registryOf(city: City): RegistryView {
  const terminals = new Map(city.terminals.map((terminal) => [terminal.id, terminal]))
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
    site: (id) => city.sites.find((site) => site.id === id),
    area: (id) => city.areas.find((area) => area.id === id),
    gateway: (id) => city.gateways.find((gateway) => gateway.id === id),
  }
}
