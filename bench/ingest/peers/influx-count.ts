import type { Influxd } from '@civitals/storage/influxd-testing'

/** Values a database holds in all, flags apart, as the server's own command line counts them. */
export async function valuesIn(influxd: Influxd, database: string): Promise<number> {
  let sum = 0
  let names: string[] = []
  for (const line of await influxd.cli(database, 'SELECT count(*) FROM /.*/')) {
    const cells = line.split(',')
    if (cells[0] === 'name') names = cells
    else sum += countsIn(cells, names)
  }
  return sum
}

const countsIn = (cells: readonly string[], names: readonly string[]): number =>
  cells.reduce((sum, cell, place) => (/^count_.*(?<!_q)$/.test(names[place] ?? '') ? sum + Number(cell) : sum), 0)
