import type { CaseStage, OrderState } from '@civitals/contracts/case'

interface Action {
  readonly from: readonly OrderState[]
  readonly to: OrderState
  /** Stage the order is in afterwards. */
  readonly stage: CaseStage
}

/** What people do with an order, from which states, and where it leads. Dispatching is done by the matter list at filing. */
export const orderActions = {
  accept: { from: ['dispatched', 'rework'], to: 'accepted', stage: 'handle' },
  handle: { from: ['accepted', 'rework'], to: 'handled', stage: 'reply' },
  verify: { from: ['handled'], to: 'verified', stage: 'verify' },
  rework: { from: ['handled'], to: 'rework', stage: 'handle' },
  close: { from: ['verified'], to: 'closed', stage: 'close' },
} as const satisfies Readonly<Record<string, Action>>

export type OrderAction = keyof typeof orderActions

/** Whether a word is an action at all. */
export const isOrderAction = (word: string): word is OrderAction => Object.hasOwn(orderActions, word)

/** The actions open to an order in a state. */
export const actionsFrom = (state: OrderState): readonly OrderAction[] =>
  (Object.keys(orderActions) as OrderAction[]).filter((name) => allowed(name, state))

/** Whether an action may be taken in a state. */
export function allowed(action: OrderAction, state: OrderState): boolean {
  const from: readonly OrderState[] = orderActions[action].from
  return from.includes(state)
}
