import { readFileSync } from "node:fs";
import type { Server } from "node:net";
import { z } from "zod";
import { writeWhole } from "../daemon/files.ts";
import { listenOnPort, listenSomewhere } from "../daemon/ports.ts";
import type { EndpointPorts } from "./types.ts";

const port = z.int().min(1).max(65_535);
const ports = z.record(z.string(), z.object({ direct: port, pooled: port }));

/** The ports of each endpoint, kept in `file`. */
export interface KeptPorts {
  /** @throws PortInUse */
  listen(endpointId: string, servers: { direct: Server; pooled: Server }): Promise<EndpointPorts>;
  forget(endpointId: string): void;
}

export function keptPorts(file: string): KeptPorts {
  const known = new Map(Object.entries(read(file)));
  const write = () => writeWhole(file, JSON.stringify(Object.fromEntries(known), null, 2));
  return {
    async listen(endpointId, { direct, pooled }) {
      const kept = known.get(endpointId);
      if (kept && direct.listening && pooled.listening) return kept;
      if (kept) {
        await listenOnPort(direct, kept.direct, `direct (endpoint ${endpointId})`, file);
        await listenOnPort(pooled, kept.pooled, `pooled (endpoint ${endpointId})`, file);
        return kept;
      }
      const chosen = { direct: await listenSomewhere(direct), pooled: await listenSomewhere(pooled) };
      known.set(endpointId, chosen);
      write();
      return chosen;
    },
    forget(endpointId) {
      if (known.delete(endpointId)) write();
    },
  };
}

function read(file: string): z.infer<typeof ports> {
  try {
    return ports.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}
