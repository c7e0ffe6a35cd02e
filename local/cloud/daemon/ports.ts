import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { Server as NetServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { writeWhole } from "./files.ts";

const portNumber = z.int().min(1).max(65_535);
const ports = z.object({ control: portNumber, edge: portNumber });
type Ports = z.infer<typeof ports>;

/** Something else listens where this home's embedded cloud does. */
export class PortInUse extends Error {
  override readonly name = "PortInUse";
  constructor(port: number, use: string, file: string) {
    super(
      `Port ${port} is taken.\n  found:    another process listens on 127.0.0.1:${port}\n` +
        `  expected: it to be free, since it is the ${use} port of this clone\n` +
        `  remedy:   end that process (\`lsof -i :${port}\` names it), or delete ${file} to have other ports chosen`,
    );
  }
}

/**
 * Makes both servers listen on loopback: on the ports of `file`, or, at a home's first start, on free ones that are kept there.
 * @throws {PortInUse}
 */
export async function listenOnKeptPorts(servers: { control: Server; edge: Server }, file: string): Promise<Ports> {
  const kept = readPorts(file);
  if (kept) {
    for (const [use, server] of Object.entries(servers) as [keyof Ports, Server][])
      await listenOnPort(server, kept[use], use === "control" ? "control API's" : "edge's", file);
    return kept;
  }
  const chosen: Ports = { control: await listenSomewhere(servers.control), edge: await listenSomewhere(servers.edge) };
  writeWhole(file, JSON.stringify(chosen));
  return chosen;
}

/** @throws {PortInUse} */
export async function listenOnPort(server: NetServer, port: number, use: string, file: string): Promise<void> {
  // A daemon that was killed a moment ago may still be letting go of it.
  const deadline = Date.now() + 2000;
  while (!(await listens(server, port))) {
    if (Date.now() < deadline) await delay(50);
    else throw new PortInUse(port, use, file);
  }
}

function readPorts(file: string): Ports | undefined {
  try {
    return ports.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Below the range that systems use for outgoing connections, so that the port is still free at the next start. */
export async function listenSomewhere(server: NetServer): Promise<number> {
  for (;;) {
    const port = 18_000 + Math.floor(Math.random() * 14_000);
    if (await listens(server, port)) return port;
  }
}

function listens(server: NetServer, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    };
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", failed);
      resolve(true);
    });
  });
}
