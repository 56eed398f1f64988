import { type Static, Type } from 'typebox'

const End = Type.Object({
  terminal: Type.Union([Type.String(), Type.Null()], { description: 'null: the complaints of the city.' }),
  point: Type.String(),
})

/** The probable chain of events behind an abnormal vital sign, causes first. */
export const CauseChainSchema = Type.Object({
  indicator: Type.String(),
  at: Type.Number({ description: 'Milliseconds since 1970: the newest value looked at.' }),
  subject: Type.Union([End, Type.Null()], { description: 'The worst site of the indicator; null without one.' }),
  tried: Type.Integer({ description: 'Links that were looked at.' }),
  links: Type.Array(
    Type.Object({
      cause: End,
      effect: End,
      lagMs: Type.Number({ description: 'By how much the effect trails: delay and inertia together.' }),
      correlation: Type.Number({ description: 'Of the two series at that lag.' }),
      z: Type.Number({ description: 'Evidence after prewhitening, in standard deviations.' }),
      needed: Type.Number({ description: 'Evidence chance reaches in one case of twenty over all lags looked at.' }),
    }),
  ),
})
export type CauseChain = Static<typeof CauseChainSchema>
