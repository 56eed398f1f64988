import { BacktestRequestSchema, BacktestSchema } from '@civitals/contracts/backtest'
import {
  DefinitionsOnDaySchema,
  DefinitionTextSchema,
  KeptChangeSchema,
  ProposalSchema,
} from '@civitals/contracts/definition-change'
import { Type } from 'typebox'
import { notFound } from '../problem.ts'
import { byId, get, listQuery, post, query, type Route } from '../route.ts'
import { ListOf } from '../shapes.ts'
import type { ApiSources } from '../sources.ts'

const Files = Type.Array(DefinitionTextSchema, { minItems: 1, maxItems: 50 })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Local day; today by default.' })

/** What the indicators are defined as, on any day, and how that is changed. */
export function definitionRoutes({ definitions, backtests }: ApiSources): readonly Route[] {
  return [
    get('/definitions', {
      tag: 'definitions',
      summary: 'The indicator system as it stands on a local day: in force, on trial, out of scope by a dated decision',
      query: query({ day: Type.Optional(Day) }),
      reply: DefinitionsOnDaySchema,
      handle: ({ query }) => definitions.on(query.day),
    }),
    get('/definitions/files', {
      tag: 'definitions',
      summary: 'Every version of every definition as files, for `civitals export`',
      query: listQuery({}),
      reply: ListOf(DefinitionTextSchema),
      list: true,
      handle: () => ({ items: definitions.export(), next: null }),
    }),
    get('/definitions/changes', {
      tag: 'definitions',
      summary: 'Every change of the definitions: who, when, why, from which day; newest first',
      query: listQuery({}),
      reply: ListOf(KeptChangeSchema),
      list: true,
      handle: async ({ query: { limit, cursor } }) => {
        const items = await definitions.changes(limit + 1, cursor === undefined ? undefined : Number(cursor))
        const shown = items.slice(0, limit)
        return { items: shown, next: items.length > limit ? String(shown.at(-1)?.id) : null }
      },
    }),
    post('/definitions/plan', {
      tag: 'definitions',
      summary: 'What applying these files would change, and why it cannot be where it cannot; changes nothing',
      body: Type.Object({ files: Files }, { additionalProperties: false }),
      reply: ProposalSchema,
      handle: ({ body }) => definitions.propose(body.files),
    }),
    post('/definitions', {
      tag: 'definitions',
      summary: 'Apply files as they were planned; judged by from the day each names, without a restart',
      body: Type.Object(
        {
          files: Files,
          plan: Type.String({ maxLength: 64 }),
          why: Type.String({ minLength: 1, maxLength: 2000 }),
        },
        { additionalProperties: false },
      ),
      reply: ProposalSchema,
      handle: ({ body, by }) => definitions.apply(body.files, body.plan, { by, why: body.why }),
    }),
    post('/backtests', {
      tag: 'definitions',
      summary: 'Compute history again by other definitions, weights or rules, side by side with those in force',
      body: BacktestRequestSchema,
      reply: BacktestSchema,
      status: 202,
      handle: ({ body }) => backtests.start(body),
    }),
    get('/backtests/:id', {
      tag: 'definitions',
      summary: 'A back-test: how far it is, and its scores, grades and alarms when it is done',
      params: byId,
      reply: BacktestSchema,
      handle: ({ params }) => {
        const found = backtests.get(params.id)
        if (!found) throw notFound('back-test', params.id)
        return found
      },
    }),
  ]
}
