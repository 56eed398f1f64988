import type { Command } from './command.ts'
import { centreOption } from './io/centre-api.ts'

/** What runs beside the databases: centre, simulator, calculations. */
export const centreCommands: readonly Command[] = [
  {
    words: 'up',
    summary: 'Start the centre, four gateways and a simulated pilot of 53 terminals.',
    options: {
      port: { value: 'PORT', help: 'port of pages and API', default: '8080' },
      'broker-port': { value: 'PORT', help: 'port the gateways dial', default: '1883' },
      'broker-listen': { value: 'ADDRESS', help: 'address the gateways dial', default: '127.0.0.1' },
      broker: { value: 'URL', help: 'a broker of your own, e.g. mqtt://10.0.0.5:1883, instead of ours' },
      'broker-user': { value: 'NAME', help: 'what the centre logs in to it as', default: 'centre' },
      'broker-password-file': { value: 'FILE', help: 'its password; or environment CIVITALS_BROKER_PASSWORD' },
      data: { value: 'DIR', help: 'where everything is kept', default: './var' },
      'no-simulator': { help: 'only the centre: no simulated terminals, no gateways' },
      store: { value: 'ENGINE', help: 'duckdb (embedded) or influxdb', default: 'duckdb' },
      'store-url': { value: 'URL', help: 'InfluxDB, e.g. http://127.0.0.1:8086/civitals' },
      city: { value: 'FILE', help: 'city document (YAML) to register at start' },
    },
    examples: [
      'civitals up',
      'civitals up --port 8090 --data /srv/civitals',
      'civitals up --store influxdb --store-url http://127.0.0.1:8086/civitals',
      'civitals up --no-simulator --city district.yaml',
      'civitals up --broker mqtt://10.0.0.5 --broker-password-file /etc/civitals/centre.password',
    ],
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    words: 'simulate',
    summary: 'Run the simulated terminals alone, or steer those that run.',
    positionals: '[storm|calm]',
    options: {
      seed: { value: 'N', help: 'same seed, same city', default: '440607' },
      data: { value: 'DIR', help: 'where its ports and serial lines are listed', default: './var' },
      speed: { value: 'N', help: 'how many times faster the storm passes', default: '60' },
      'reports-to': { value: 'URL', help: 'post citizens’ reports to this centre' },
    },
    examples: ['civitals simulate --seed 7', 'civitals simulate storm --speed 60', 'civitals simulate calm'],
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  {
    words: 'ledger',
    summary: 'The account of every spool: what was produced, stored, rejected, set aside, waits or is lost.',
    options: { centre: centreOption, json: { help: 'as JSON' } },
    examples: ['civitals ledger', 'civitals ledger --json | jq .[].balanced'],
    load: async () => (await import('./commands/ledger.ts')).ledger,
  },
  {
    words: 'ledger resend',
    summary: 'Have a gateway send settled envelopes again.',
    positionals: 'GATEWAY SPOOL',
    options: {
      why: { value: 'TEXT', help: 'why they are wanted; kept in the ledger' },
      ranges: { value: 'LIST', help: 'numbers of envelopes, like 1-20,31; everything settled unless given' },
      centre: centreOption,
      json: { help: 'as JSON' },
    },
    examples: ["civitals ledger resend gw-air 147527a1a6939907 --ranges 1-200 --why 'restored from backup'"],
    load: async () => (await import('./commands/ledger-resend.ts')).ledgerResend,
  },
  {
    words: 'calc',
    summary: 'Compute one formula from JSON, as the indicators do.',
    positionals: "NAME '{...}'",
    options: { list: { help: 'every formula with its input and an example' } },
    examples: [
      'civitals calc --list',
      `civitals calc aqi '{"standard":"HJ 633-2026","kind":"hourly","values":{"pm25":75,"pm10":150,"so2":500,"no2":200,"co":10,"o3":200}}'`,
    ],
    load: async () => (await import('./commands/calc.ts')).calc,
  },
]
