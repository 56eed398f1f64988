import { ElementProfileSchema, ModbusProfileSchema } from '@civitals/firmware-bridge/profile-schema'
import { exitCodes } from '../command.ts'

/** `civitals profile schema`: JSON Schema of a profile, for editors. A profile that extends a template may leave out what the template says. */
export async function profileSchema(): Promise<number> {
  const schema = {
    // TypeBox writes tuples as this draft does.
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Civitals terminal profile',
    type: 'object',
    if: { properties: { protocol: { const: 'modbus' } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: ModbusProfileSchema,
    else: ElementProfileSchema,
  }
  process.stdout.write(`${JSON.stringify(schema, undefined, 2)}\n`)
  return exitCodes.done
}
