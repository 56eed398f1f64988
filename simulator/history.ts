import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { loadPilot } from './city/io/pilot-file.ts'
import { loadComplaintTable } from './io/documents.ts'
import { Timeline } from './scenario/timeline.ts'
import { type Complaints, complaintsOf, type DailyComplaints } from './world/complaints.ts'
import { createWorld, type HistoryRequest, type World, type WorldSample } from './world/world.ts'

/** The past of the demonstration city, as a simulator with the same seed would have shown it without storms and faults. */
export interface PilotHistory {
  /** Samples of the terminals wanted, in order of time. 26 h of all 53 terminals each minute take well under 1.5 s. */
  samples(request: HistoryRequest): Iterable<WorldSample>
  /** Hotline complaints of the local days that begin in [from, to). */
  complaints(from: number, to: number): Iterable<DailyComplaints>
}

/** Everything of the pilot that is a function of time. */
export interface PilotWorld {
  readonly world: World
  readonly complaints: Complaints
}

export async function pilotWorld(seed: number, timeline: Timeline): Promise<PilotWorld> {
  const [pilot, profiles, table] = await Promise.all([loadPilot(), shippedProfiles(), loadComplaintTable()])
  const sites = pilot.sites.map((site) => site.id)
  return {
    world: createWorld(pilot, profiles, seed, timeline),
    complaints: complaintsOf(seed, timeline, table, sites),
  }
}

/** `seed`: that of the simulator that will go on from there. */
export async function pilotHistory({ seed }: { readonly seed: number }): Promise<PilotHistory> {
  const { world, complaints } = await pilotWorld(seed, new Timeline())
  return { samples: (request) => world.history(request), complaints: (from, to) => complaints.daily(from, to) }
}
