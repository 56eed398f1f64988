import type { Area, City } from '@civitals/contracts/registry'
import { demoCity } from '@civitals/simulator/city'

/** The pilot's terminals again and again until there are `count`, spread over 80 areas: district, 7 towns, 22 villages, 50 grids. */
export async function bigCity(count: number): Promise<City> {
  const pilot = await demoCity()
  const [district] = pilot.areas
  const towns = pilot.areas.filter(({ level }) => level === 'town')
  const areas: Area[] = [...pilot.areas]
  const add = (id: string, level: Area['level'], parent: string) => {
    areas.push({ id, level, parent, name: { zh: id, en: id } })
    return id
  }
  const villages = Array.from({ length: 22 }, (_, k) => add(`v-${k}`, 'village', towns[k % towns.length]?.id ?? ''))
  const grids = Array.from({ length: 50 }, (_, k) => add(`g-${k}`, 'grid', villages[k % villages.length] ?? ''))
  const [site] = pilot.sites
  if (!site || !district) throw new Error('the pilot has no site')
  const sites = grids.map((area) => ({ ...site, id: `s-${area}`, area }))
  const terminals = Array.from({ length: count }, (_, k) => {
    const like = pilot.terminals[k % pilot.terminals.length]
    const place = sites[k % sites.length]
    if (!like || !place) throw new Error('the pilot has no terminal')
    return { ...like, id: `${like.id}-${k}`, site: place.id }
  })
  return { ...pilot, areas, sites, terminals }
}
