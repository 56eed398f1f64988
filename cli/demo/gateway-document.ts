import { stringify } from 'yaml'

/** What the simulator offers one gateway: lines with the terminals on them. */
export interface GatewayPlan {
  readonly gateway: string
  readonly lines: readonly object[]
}

/** The configuration file of one gateway of the pilot, as a technician would write it. */
export function gatewayDocument(plan: GatewayPlan, brokerUrl: string, passwordFile: string): string {
  return stringify({
    gateway: plan.gateway,
    uplink: { url: brokerUrl, passwordFile },
    spool: { folder: './spool', budget: '256MiB' },
    poll: { alarm: '1s', normal: '5s', bulk: '30s' },
    lines: plan.lines,
  })
}
