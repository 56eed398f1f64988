import type { Case, CaseStage, Delivery, OrderState } from '@civitals/contracts/case'
import type { StateStore } from '@civitals/storage/state'

/** A handle to read by: the store's own, or the transaction one stands in. */
export type Db = StateStore['db']

export interface CaseTable {
  id: string
  number: string
  matter: string
  area: string
  site: string | null
  stage: CaseStage
  level: number
  opened_at: number
  closed_at: number | null
  last_report_at: number
}

export interface CaseReportTable {
  id: string
  case_id: string
  source: Case['reports'][number]['source']
  alarm: string | null
  at: number
  text: string
}

export interface CaseEventTable {
  case_id: string
  position: number
  order_id: string | null
  at: number
  stage: CaseStage
  action: string
  by_whom: string
  note: string | null
  /** What a line follows from, where it must be written once: the transition of an alarm. */
  source: string | null
}

export interface OrderTable {
  id: string
  number: string
  case_id: string
  department: string
  state: OrderState
  stage: CaseStage
  level: number
  dispatched_at: number
  accept_by: number
  due_at: number
  handled_at: number | null
  closed_at: number | null
}

export interface RunningNumberTable {
  series: string
  last: number
}

export interface EndpointTable {
  id: string
  url: string
  secret: string
  types: string
  created_at: number
  disabled_at: number | null
  disabled_reason: string | null
}

export interface MessageTable {
  id: string
  type: string
  subject: string
  body: string
  created_at: number
}

/** `attempts` counts all, `tries` those of the present round: a replay starts a new one. */
export interface DeliveryTable {
  id: string
  message: string
  endpoint: string
  position: number
  state: Delivery['state']
  attempts: number
  tries: number
  created_at: number
  next_attempt_at: number | null
  delivered_at: number | null
  last_status: number | null
  last_error: string | null
}

/** Tables of this workspace. A type, because Kysely wants an index signature. */
export type WorkorderTables = {
  city_case: CaseTable
  case_report: CaseReportTable
  case_event: CaseEventTable
  work_order: OrderTable
  running_number: RunningNumberTable
  webhook_endpoint: EndpointTable
  webhook_message: MessageTable
  webhook_delivery: DeliveryTable
}
