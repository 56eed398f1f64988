// A running gateway answers on a socket in its spool folder: whoever connects is told its presence as JSON, and that is all.
import { rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Presence } from '../presence.ts'

/** Longest path a socket can have on Linux, its closing zero not counted [unix(7)]. */
const longestPath = 107
const patienceMs = 1500
/** A status lists 64 terminals of each line; beyond this somebody else is talking. */
const mostBytes = 4 * 1024 * 1024

export const socketOf = (spoolFolder: string): string => join(spoolFolder, 'gateway.sock')

export interface PresenceSocket {
  /** The socket is gone when this returns. Twice is allowed. */
  close(): void
}

/**
 * Opens it for the process that holds the spool; one that a killed gateway left is taken away first. Undefined, and the gateway
 * runs without, where the file system or a long path allow none.
 */
export async function openPresence(
  spoolFolder: string,
  tell: () => Promise<Presence>,
): Promise<PresenceSocket | undefined> {
  const path = socketOf(spoolFolder)
  if (Buffer.byteLength(path) > longestPath) return undefined
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
    tell().then(
      (presence) => socket.end(JSON.stringify(presence)),
      () => socket.destroy(),
    )
  })
  server.maxConnections = 8
  try {
    rmSync(path, { force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } catch {
    return undefined
  }
  // Nobody who asks keeps a gateway alive, and a fault of the socket does not end it.
  server.unref()
  server.on('error', () => undefined)
  return {
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** What the gateway of this spool folder says of itself; undefined when none answers. */
export async function askPresence(spoolFolder: string): Promise<Presence | undefined> {
  const socket = createConnection(socketOf(spoolFolder))
  const timer = setTimeout(() => socket.destroy(), patienceMs)
  try {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > mostBytes) return undefined
    }
    return JSON.parse(Buffer.concat(chunks).toString()) as Presence
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}
