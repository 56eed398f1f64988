import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import { CivitalsError } from '@civitals/contracts/errors'
import type { City } from '@civitals/contracts/registry'
import { systemClock } from '@civitals/contracts/system-clock'
import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import { demoCity } from '@civitals/simulator/city'
import { destination, pino } from 'pino'
import { openCentre } from '../centre/centre.ts'
import { readCityDocument } from '../centre/city-document.ts'
import { brokerLogin } from '../centre/io/broker-login.ts'
import { storeChoice } from '../centre/io/store-choice.ts'
import { type Arguments, exitCodes, wholeNumber } from '../command.ts'
import { type Pilot, startPilot } from '../demo/io/pilot.ts'
import { gatewaySecrets, readNamed } from '../io/files.ts'
import { assertPortFree } from '../io/ports.ts'
import { aborted, stopSignal } from '../io/stop-signal.ts'

const host = '127.0.0.1'
/** The demonstration is the same city every time. */
const pilotSeed = 440607
const pagesFolder = join(import.meta.dirname, '../../dashboards/dist')

/** `civitals up`: the centre and, unless told otherwise, the simulated pilot around it. */
export async function up(args: Arguments): Promise<number> {
  const port = wholeNumber(args, 'port', 1, 65_535)
  const brokerPort = wholeNumber(args, 'broker-port', 1, 65_535)
  const store = storeChoice(args, process.env)
  const simulated = args.options['no-simulator'] === undefined
  const data = resolve(String(args.options.data))
  const named = typeof args.options.city === 'string' ? await namedCity(args.options.city) : undefined
  if (named && simulated) {
    throw new CivitalsError('CIV_CLI_USAGE', '--city goes with --no-simulator: the simulator brings its own city')
  }
  await assertPortFree(host, port, 'port')
  const brokerHost = String(args.options['broker-listen'])
  const broker = brokerLogin(args)
  if (!broker) await assertPortFree(brokerHost, brokerPort, 'broker-port')
  await mkdir(join(data, 'logs'), { recursive: true })

  const stop = stopSignal()
  const logger = pino({ base: null }, destination({ dest: join(data, 'logs/centre.log'), sync: false }))
  const city = simulated ? await demoCity() : named
  const secrets = city ? await gatewaySecrets(data, city) : {}
  await using opened = new AsyncDisposableStack()
  const brokerUrl = broker?.url ?? `mqtt://${host}:${brokerPort}`
  const pilot = simulated && city ? await pilotAround(city, { data, port, brokerUrl }) : undefined
  if (pilot) opened.use(pilot)
  const opening = openCentre({
    signal: stop,
    data,
    host,
    port,
    brokerHost,
    brokerPort,
    ...(broker && { broker }),
    store,
    ...(city ? { city } : {}),
    secrets,
    pagesFolder,
    webhookHosts: ['127.0.0.0/8', '::1', 'localhost'],
    evaluateEveryMs: 2000,
    clock: systemClock,
    logger,
    ...(pilot ? { beforeStart: (stores) => pilot.bringHistory(stores) } : {}),
  })
  const centre = await opening.catch((error: unknown) => {
    if (!stop.aborted) throw error
  })
  if (!centre) return exitCodes.done
  opened.use(centre)
  await pilot?.untilLive(centre)
  process.stdout.write(`Civitals is ready: ${centre.url}\n`)
  await aborted(stop)
  say('stopping')
  return exitCodes.done
}

async function pilotAround(city: City, place: { data: string; port: number; brokerUrl: string }): Promise<Pilot> {
  const { pilotHistory } = await import('@civitals/simulator/history')
  return startPilot({
    city,
    history: await pilotHistory({ seed: pilotSeed }),
    seed: pilotSeed,
    data: place.data,
    centreUrl: `http://${host}:${place.port}`,
    brokerUrl: place.brokerUrl,
    clock: systemClock,
  })
}

async function namedCity(file: string): Promise<City> {
  const checked = readCityDocument(await readNamed(file), file, await shippedProfiles())
  if (checked.ok) return checked.value
  throw new CivitalsError('CIV_CLI_CITY_CONFIG', checked.problems.map(printProblem).join('\n'))
}

const say = (line: string): void => {
  process.stderr.write(`civitals: ${line}\n`)
}
