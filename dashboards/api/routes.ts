import type { Route } from './route.ts'
import { anomalyRoutes } from './routes/anomalies.ts'
import { cityRoutes } from './routes/city.ts'
import { definitionRoutes } from './routes/definitions.ts'
import { deliveryRoutes } from './routes/delivery.ts'
import { forecastRoutes } from './routes/forecast.ts'
import { operationRoutes } from './routes/operations.ts'
import { terminalRoutes } from './routes/terminals.ts'
import type { ApiSources } from './sources.ts'

/** Every resource of /api/v1, in the order the OpenAPI document lists them. */
export const routesOf = (sources: ApiSources): readonly Route[] => [
  ...cityRoutes(sources),
  ...definitionRoutes(sources),
  ...terminalRoutes(sources),
  ...forecastRoutes(sources),
  ...anomalyRoutes(sources),
  ...operationRoutes(sources),
  ...deliveryRoutes(sources),
]
