// Twenty terminals of ten registers on one serial line that is polled as fast as it can, none to five of them dead, in virtual time: by how
// much the cycle of the live ones grows over the same live ones alone, and how soon one that recovers is noticed.
//   setup/with-node bench/edge/dead-terminals.ts [MINUTES]

import { runWithDead } from '../../gateway/testing/dead-terminals.ts'
import { type Figure, printFigures } from '../run.ts'

const minutes = Number(process.argv[2] ?? 10)
const terminals = 20

for (const baud of [9600, 115200]) {
  const figures: Figure[] = []
  for (let dead = 0; dead <= 5; dead++) {
    const live = terminals - dead
    const alone = await runWithDead({ live, dead: 0, baud, minutes: Math.min(minutes, 10) })
    const { cycleMs, longestCycleMs, recoveries } =
      dead === 0 ? alone : await runWithDead({ live, dead, baud, minutes })
    figures.push({ what: `${dead} dead: mean cycle of the ${live} live`, measured: cycleMs, unit: 'ms' })
    if (dead === 0) continue
    const growth = (cycleMs / alone.cycleMs - 1) * 100
    figures.push({ what: `${dead} dead: growth of the cycle`, measured: growth, unit: '%', atMost: 5 })
    figures.push({ what: `${dead} dead: longest single cycle`, measured: longestCycleMs, unit: 'ms' })
    const took = Math.max(...recoveries.map(({ tookMs }) => tookMs))
    const interval = Math.max(...recoveries.map(({ intervalMs }) => intervalMs))
    const share = Math.max(...recoveries.map(({ tookMs, intervalMs }) => tookMs / intervalMs))
    figures.push({ what: `${dead} dead: longest probe interval`, measured: interval / 1000, unit: 's' })
    figures.push({ what: `${dead} dead: latest recovery noticed`, measured: took / 1000, unit: 's' })
    figures.push({ what: `${dead} dead: recovery in probe intervals`, measured: share, unit: '', atMost: 1 })
  }
  printFigures(`Dead terminals at ${baud} baud, ${minutes} min of virtual time`, figures)
}
