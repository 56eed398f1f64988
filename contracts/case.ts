import { type Static, Type } from 'typebox'
import { NameSchema } from './registry.ts'
import { Time } from './time.ts'

/** The seven stages of a case, in order [GB/T 30428.1; names as in municipal practice]. */
export const caseStages = {
  collect: { zh: '采集', en: 'collect' },
  file: { zh: '立案', en: 'file' },
  dispatch: { zh: '派遣', en: 'dispatch' },
  handle: { zh: '处置', en: 'handle' },
  reply: { zh: '反馈', en: 'reply' },
  verify: { zh: '核查', en: 'verify' },
  close: { zh: '结案', en: 'close' },
} as const
export type CaseStage = keyof typeof caseStages
export const CaseStageSchema = Type.Enum(Object.keys(caseStages) as CaseStage[])

/** One notice that something is wrong. */
export const ReportSchema = Type.Object({
  id: Type.String(),
  case: Type.String(),
  source: Type.Union([Type.Literal('alarm'), Type.Literal('person'), Type.Literal('system')]),
  alarm: Type.Optional(Type.String()),
  at: Time,
  text: Type.String(),
})

/** One line of a case's journal: what happened, when, by whom. */
export const CaseEventSchema = Type.Object({
  id: Type.String(),
  at: Time,
  stage: CaseStageSchema,
  action: Type.String(),
  by: Type.String(),
  note: Type.Optional(Type.String()),
})

export const CaseSchema = Type.Object({
  id: Type.String(),
  number: Type.String({ description: 'Running number as people say it.' }),
  matter: Type.String(),
  name: NameSchema,
  area: Type.String(),
  site: Type.Optional(Type.String()),
  stage: CaseStageSchema,
  level: Type.Integer({ minimum: 1, maximum: 4 }),
  openedAt: Time,
  closedAt: Type.Optional(Time),
  reports: Type.Array(ReportSchema),
  orders: Type.Array(Type.String()),
  events: Type.Array(CaseEventSchema),
})
export type Case = Static<typeof CaseSchema>

export const orderStates = ['dispatched', 'accepted', 'handled', 'verified', 'rework', 'closed'] as const
export type OrderState = (typeof orderStates)[number]

/** One department's task within a case. */
export const OrderSchema = Type.Object({
  id: Type.String(),
  number: Type.String(),
  case: Type.String(),
  matter: Type.String(),
  name: NameSchema,
  site: Type.Optional(Type.String()),
  area: Type.String(),
  department: NameSchema,
  departmentId: Type.String(),
  state: Type.Enum(orderStates),
  stage: CaseStageSchema,
  level: Type.Integer({ minimum: 1, maximum: 4 }),
  dispatchedAt: Time,
  acceptBy: Time,
  dueAt: Time,
  handledAt: Type.Optional(Time),
  closedAt: Type.Optional(Time),
  closing: NameSchema,
})
export type Order = Static<typeof OrderSchema>

/** One webhook message on its way to one endpoint. */
export const DeliverySchema = Type.Object({
  id: Type.String({ description: 'webhook-id: the same on every attempt.' }),
  endpoint: Type.String(),
  type: Type.String({ description: 'CloudEvents type.' }),
  subject: Type.String(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Integer(),
  createdAt: Time,
  nextAttemptAt: Type.Optional(Time),
  deliveredAt: Type.Optional(Time),
  lastStatus: Type.Optional(Type.Integer()),
  lastError: Type.Optional(Type.String()),
})
export type Delivery = Static<typeof DeliverySchema>
