import type { Command } from './command.ts'
import { profilesOption } from './technician/profile-option.ts'
import { lineOptions } from './technician/target.ts'
import { terminalOptions } from './technician/terminal-options.ts'

/** What a technician's box can do: the commands of the edge bundle, which knows no centre. */
export const edgeCommands: readonly Command[] = [
  {
    words: 'gateway run',
    summary: 'Run one edge gateway from its configuration.',
    options: {
      config: { value: 'FILE', help: 'gateway configuration (YAML); several run in one process', many: true },
      check: { help: 'check the configuration and stop' },
      'print-default': { help: 'print a configuration with every key explained' },
    },
    examples: ['civitals gateway run --print-default > gateway.yaml', 'civitals gateway run --config gateway.yaml'],
    load: async () => (await import('./commands/gateway-run.ts')).gatewayRun,
  },
  {
    words: 'gateway scan',
    summary: 'Find the terminals on a line: speed, parity, address, what they are.',
    options: {
      ...lineOptions,
      ...profilesOption,
      bauds: { value: 'LIST', help: 'speeds to try, in this order', default: '9600,19200,4800,115200,38400,2400' },
      parities: { value: 'LIST', help: 'parities to try', default: 'none,even' },
      units: { value: 'RANGES', help: 'unit ids to ask', default: '1-247' },
      json: { help: 'the findings as JSON' },
    },
    examples: [
      'civitals gateway scan --serial /dev/serial/by-id/usb-FTDI_USB-RS485-if00-port0',
      'civitals gateway scan --serial /dev/ttyS1 --bauds 9600 --parities even --units 1-32',
      'civitals gateway scan --tcp 192.168.1.10:502 --units 1-16',
    ],
    load: async () => (await import('./commands/gateway-scan.ts')).gatewayScan,
  },
  {
    words: 'gateway read',
    summary: 'Read a terminal once: every point of its profile, or bare registers with all they could mean.',
    options: {
      ...terminalOptions,
      function: { value: 'TABLE', help: 'bare registers instead: coil, discrete, holding or input' },
      address: { value: 'N', help: 'first place on the wire, from 0', default: '0' },
      count: { value: 'N', help: 'how many places', default: '10' },
      json: { help: 'the readings as JSON' },
    },
    examples: [
      'civitals gateway read --tcp 192.168.1.10:502 --unit 3 --profile noise-meter',
      'civitals gateway read --config gateway.yaml --terminal noise-01',
      'civitals gateway read --serial /dev/ttyUSB0 --unit 3 --function holding --address 0 --count 10',
    ],
    load: async () => (await import('./commands/gateway-read.ts')).gatewayRead,
  },
  {
    words: 'gateway watch',
    summary: 'Watch the values of a terminal as they change, beside their valid range; Ctrl-C ends it.',
    options: {
      ...terminalOptions,
      every: { value: 'TIME', help: 'time from one round to the next', default: '1s' },
      count: { value: 'N', help: 'stop after so many rounds' },
      json: { help: 'a line of JSON a round' },
    },
    examples: [
      'civitals gateway watch --serial /dev/ttyUSB0 --baud 9600 --unit 3 --profile noise-meter',
      'civitals gateway watch --config gateway.yaml --terminal noise-01 --every 5s --count 12 --json',
    ],
    load: async () => (await import('./commands/gateway-watch.ts')).gatewayWatch,
  },
  {
    words: 'gateway write',
    summary: 'Write one point a profile allows to be written, and read it back. It moves real things.',
    options: {
      ...terminalOptions,
      point: { value: 'ID', help: 'point of the profile, one with a `write` key' },
      value: { value: 'V', help: 'in the unit of the point; a negative one as --value=-5' },
      yes: { help: 'do not ask' },
      audit: { value: 'FILE', help: 'where each write is noted before it is made', default: './civitals-writes.log' },
      json: { help: 'what was done as JSON' },
    },
    examples: ['civitals gateway write --config gateway.yaml --terminal lamp-01 --point dimming --value 60'],
    load: async () => (await import('./commands/gateway-write.ts')).gatewayWrite,
  },
  {
    words: 'gateway diagnose',
    summary: 'Look at a terminal that does not read well; name the most probable cause and the next step.',
    options: {
      ...terminalOptions,
      profile: { value: 'ID', help: 'how it should be read; without it only the line is judged' },
      json: { help: 'cause and everything seen as JSON' },
    },
    examples: [
      'civitals gateway diagnose --serial /dev/ttyUSB0 --baud 9600 --unit 3 --profile noise-meter',
      'civitals gateway diagnose --config gateway.yaml --terminal noise-01',
    ],
    load: async () => (await import('./commands/gateway-diagnose.ts')).gatewayDiagnose,
  },
  {
    words: 'gateway doctor',
    summary: 'Look at all a gateway depends on: clock, disk, spool, lines, link, broker. Disturbs nothing.',
    options: {
      config: { value: 'FILE', help: 'gateway configuration (YAML)' },
      json: { help: 'findings and all facts as JSON' },
    },
    examples: [
      'sudo civitals gateway doctor --config /etc/civitals/gateway.yaml',
      'civitals gateway doctor --config gateway.yaml --json > doctor.json',
    ],
    load: async () => (await import('./commands/gateway-doctor.ts')).gatewayDoctor,
  },
  {
    words: 'profile lint',
    summary: 'Check terminal profiles: schema, units, registers, golden cases.',
    positionals: '[DIR]',
    options: { json: { help: 'findings as JSON' } },
    examples: ['civitals profile lint', 'civitals profile lint ./my-profiles'],
    load: async () => (await import('./commands/profile-lint.ts')).profileLint,
  },
  {
    words: 'profile import',
    summary: "Make a profile of a maker's register list: every error with its cell, or a file that lints.",
    positionals: 'FILE.csv|FILE.xlsx',
    options: {
      id: { value: 'ID', help: 'id of the profile: letters, digits, _ and -' },
      out: { value: 'FILE', help: 'where to write it; without it profiles/ID/profile.yaml' },
      sheet: { value: 'NAME', help: 'sheet of a workbook that has several lists' },
      base: { value: '0|1', help: 'number the list gives the first register, where addresses are plain decimals' },
      function: { value: 'TABLE', help: 'where the list does not say: coil, discrete, holding or input' },
      encoding: { value: 'NAME', help: 'of a CSV file: utf-8 or gb18030; without it found out' },
      kind: { value: 'ID', help: 'kind of terminal, as pages group them', default: 'terminal' },
      force: { help: 'replace a file that is there' },
      json: { help: 'result, problems and warnings as JSON' },
    },
    examples: [
      'civitals profile import sdm120.xlsx --id my-sdm120 --kind electricity',
      'civitals profile import 寄存器表.csv --id my-sensor --base 0 --function holding',
      'civitals gateway read --profiles profiles --profile my-sdm120 --serial /dev/ttyUSB0 --unit 1',
    ],
    load: async () => (await import('./commands/profile-import.ts')).profileImport,
  },
  {
    words: 'profile list',
    summary: 'The profiles a terminal can be read by.',
    options: { ...profilesOption, json: { help: 'the same as JSON' } },
    examples: ['civitals profile list', 'civitals profile list --profiles ./profiles --json'],
    load: async () => (await import('./commands/profile-list.ts')).profileList,
  },
  {
    words: 'profile show',
    summary: 'One profile as it is used: its template merged in, its defaults filled in.',
    positionals: 'ID',
    options: { ...profilesOption, json: { help: 'as JSON instead of YAML' } },
    examples: ['civitals profile show noise-meter', 'civitals profile show my-sdm120 --profiles ./profiles'],
    load: async () => (await import('./commands/profile-show.ts')).profileShow,
  },
  {
    words: 'profile schema',
    summary: 'JSON Schema of a profile, for editors.',
    options: {},
    examples: ['civitals profile schema > profile.schema.json'],
    load: async () => (await import('./commands/profile-schema.ts')).profileSchema,
  },
  {
    words: 'decode',
    summary: 'Say what one frame of a terminal protocol means, or which check it fails.',
    positionals: 'PROTOCOL [FRAME]',
    options: { json: { help: 'one line of JSON, on a terminal too' } },
    examples: [
      'civitals decode modbus-rtu "11 03 06 02 2B 00 00 00 64 C8 BA"',
      'civitals decode modbus-rtu < frame.hex',
    ],
    load: async () => (await import('./commands/decode.ts')).decode,
  },
]
