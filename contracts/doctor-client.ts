// How a gateway's doctor logs in beside the running gateway. Loads without the schema library.

const suffix = ':doctor'

/** Client id of the doctor of a gateway: another than the gateway's own, whose session it must not take over. */
export const doctorClientOf = (gateway: string): string => `${gateway}${suffix}`

/** The gateway whose doctor this client is; undefined for a gateway itself, whose id holds no colon. */
export const gatewayOfDoctor = (clientId: string): string | undefined =>
  clientId.endsWith(suffix) ? clientId.slice(0, -suffix.length) : undefined
