import { type Static, Type } from 'typebox'
import { Time } from './time.ts'

/** One run of a gateway program, as its statuses tell it. */
export const BoxSchema = Type.Object({
  boot: Type.String({ description: 'Made anew at each start of the program: no two runs share one.' }),
  spool: Type.Union([Type.String(), Type.Null()]),
  address: Type.Union([Type.String(), Type.Null()], {
    description: 'ADDRESS:PORT it came from last; null behind a broker that does not tell.',
  }),
  firstHeardAt: Time,
  lastHeardAt: Time,
  saidAt: Type.Number({ description: 'The time of its own clock in its newest status.' }),
})
export type Box = Static<typeof BoxSchema>

/** Two boxes that use one gateway id: who is kept, who is refused, and what became of it. */
export const CloneSchema = Type.Object({
  gateway: Type.String(),
  foundAt: Time,
  evidence: Type.Union([Type.Literal('two boxes'), Type.Literal('take-overs')], {
    description:
      'two boxes: a run that another had followed spoke again, which proves that both live. take-overs: sessions that end each other again and again, without proof which box is which; nobody is refused.',
  }),
  kept: Type.Union([BoxSchema, Type.Null()], { description: 'The box that was there first; it goes on.' }),
  refused: Type.Array(BoxSchema, { description: 'Boxes whose envelopes are neither stored nor acknowledged.' }),
  sharedSpool: Type.Boolean({
    description:
      'The spool was copied with the box: numbers of envelopes mean two things, and until it was found either may have stood for both.',
  }),
  addresses: Type.Array(Type.String(), { description: 'Where they came from, newest first.' }),
  releasedAt: Type.Union([Time, Type.Null()]),
  releasedBy: Type.Union([Type.String(), Type.Null()]),
})
export type Clone = Static<typeof CloneSchema>
