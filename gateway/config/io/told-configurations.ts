import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Configuration } from '@civitals/contracts/configuration'
import {
  configurationHash,
  encodeConfigurations,
  mostConfigurationsTold,
} from '@civitals/contracts/encode-configuration'
import { openPayload } from '@civitals/contracts/payload'

const fileName = 'configurations'

/**
 * The configurations the centre is told of: the running one, and older ones that envelopes in the spool may have been read with while there was
 * no link. They stand beside the spool, in the bytes that go over the wire, on the disk before the first envelope that names them.
 */
export class ToldConfigurations {
  readonly #folder: string
  readonly #onTrouble: (error: unknown) => void
  #newestFirst: readonly Configuration[]

  private constructor(folder: string, newestFirst: readonly Configuration[], onTrouble: (error: unknown) => void) {
    this.#folder = folder
    this.#newestFirst = newestFirst
    this.#onTrouble = onTrouble
  }

  /** A file that is missing or damaged holds none: what the centre has heard of before it has kept. */
  static async open(folder: string, onTrouble: (error: unknown) => void): Promise<ToldConfigurations> {
    const bytes = await readFile(join(folder, fileName)).catch(() => undefined)
    return new ToldConfigurations(folder, bytes ? configurationsIn(bytes) : [], onTrouble)
  }

  /** The message for the centre; undefined when there is nothing to tell. */
  message(): Uint8Array | undefined {
    return encodeConfigurations(this.#newestFirst)
  }

  /** Resolves when it is on the disk. A disk that refuses is reported and does not keep the gateway from running: it is told all the same. */
  async add(configuration: Configuration): Promise<void> {
    const [newest] = this.#newestFirst
    if (newest?.config === configuration.config) return
    const others = this.#newestFirst.filter(({ config }) => config !== configuration.config)
    this.#newestFirst = [configuration, ...others].slice(0, mostConfigurationsTold)
    await this.#write().catch(this.#onTrouble)
  }

  async #write(): Promise<void> {
    const bytes = this.message()
    if (!bytes) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const building = join(this.#folder, `${fileName}.building`)
    const file = await open(building, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(building, join(this.#folder, fileName))
    await syncFolder(this.#folder)
  }
}

/** Without the schema library: the checksum holds, and each hash is that of its content. */
function configurationsIn(bytes: Uint8Array): readonly Configuration[] {
  const opened = openPayload(bytes)
  if (!opened.ok) return []
  const { configurations } = opened.value as { configurations?: readonly Configuration[] }
  return (configurations ?? []).filter((one) => one.config === configurationHash(one))
}

async function syncFolder(folder: string): Promise<void> {
  const descriptor = await open(folder, 'r')
  try {
    await descriptor.sync()
  } finally {
    await descriptor.close()
  }
}
