import { writeFileSync } from 'node:fs'
import type { Profiler, Session } from 'node:inspector/promises'

/** Stages by the code that belongs to them; the innermost frame that does decides. */
const places: readonly (readonly [part: string, stage: string])[] = [
  ['/bench/', 'the load itself'],
  ['/ingest/admission/wholeness', 'decode'],
  ['/contracts/seal', 'decode'],
  ['/contracts/payload', 'decode'],
  ['/contracts/envelope', 'decode'],
  ['/contracts/units', 'admission: units and ranges'],
  ['/ingest/configurations/', 'admission: units and ranges'],
  ['/ingest/admission/', 'admission: units and ranges'],
  ['/ingest/ledger/digest', 'sums for the hourly comparison'],
  ['/ingest/ledger/', 'ledger'],
  ['/contracts/intervals', 'ledger'],
  ['/ingest/latest/', 'latest values'],
  ['/ingest/settle/acknowledger', 'acknowledgement'],
  ['/contracts/acknowledgement', 'acknowledgement'],
  ['/ingest/', 'queue and settling'],
  ['/storage/series/', '(a) series'],
  ['/storage/state/', '(b) state'],
  ['/node_modules/kysely/', '(b) state'],
  ['/alarms/', 'rules'],
  ['/indicators/quality/', 'quality control'],
  ['/indicators/', 'windows'],
]

export interface Stages {
  /** Milliseconds of the main thread. */
  readonly stages: ReadonlyMap<string, number>
  readonly mainMs: number
}

/** Runs `work` and says where the main thread spent its processor time. */
export async function profiled(session: Session, work: () => Promise<void>): Promise<Stages> {
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 500 })
  await session.post('Profiler.start')
  const before = process.threadCpuUsage()
  await work()
  const used = process.threadCpuUsage(before)
  const { profile } = await session.post('Profiler.stop')
  if (process.env.CIVITALS_BENCH_PROFILE)
    writeFileSync(`${process.env.CIVITALS_BENCH_PROFILE}/costs-${Date.now()}.cpuprofile`, JSON.stringify(profile))
  const mainMs = (used.user + used.system) / 1e3
  const samples = samplesByStage(profile)
  const busy = [...samples.values()].reduce((sum, count) => sum + count, 0)
  return { mainMs, stages: new Map([...samples].map(([stage, count]) => [stage, (count / busy) * mainMs])) }
}

function samplesByStage({ nodes, samples = [] }: Profiler.Profile): Map<string, number> {
  const stageOf = new Map<number, string | undefined>()
  const inherit = (node: Profiler.ProfileNode, above: string | undefined): void => {
    const own = stageOfFrame(node.callFrame) ?? above
    stageOf.set(node.id, own)
    for (const child of node.children ?? []) inherit(byId.get(child) as Profiler.ProfileNode, own)
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  if (nodes[0]) inherit(nodes[0], undefined)
  const counts = new Map<string, number>()
  for (const sample of samples) {
    const frame = byId.get(sample)?.callFrame
    if (frame?.functionName === '(idle)') continue
    const stage = frame?.functionName === '(garbage collector)' ? 'garbage collector' : stageOf.get(sample)
    counts.set(
      stage ?? 'Node and what stands in no stage',
      (counts.get(stage ?? 'Node and what stands in no stage') ?? 0) + 1,
    )
  }
  return counts
}

const stageOfFrame = ({ url }: { readonly url: string }): string | undefined =>
  places.find(([part]) => url.includes(part))?.[1]
