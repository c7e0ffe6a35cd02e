import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiClient } from "@neondatabase/api-client";
import type { LocalSeed } from "../../../contracts/local.ts";
import { localAdmin, readLocalTokens, startDaemon, stopDaemon } from "../../../local/cloud/client.ts";

interface LoggedRequest {
  readonly sequence: number;
  readonly method: string;
  readonly path: string;
}

/** What goes wrong, as the embedded cloud takes it. */
export interface FaultRule {
  readonly method?: string;
  readonly path?: string;
  readonly times?: number;
  readonly skip?: number;
  readonly action: { readonly type: string; readonly status?: number; readonly retryAfter?: number };
}

/** An embedded cloud of its own, for its Neon, with real Postgres behind it. */
export async function embeddedNeon(organization: { plan?: "free" | "scale"; limits?: { projects?: number } } = {}) {
  const home = mkdtempSync(join(tmpdir(), "chittyops-neon-"));
  const seed: LocalSeed = { accounts: [], neonOrganizations: [{ name: "chittyos", ...organization }] };
  const daemon = await startDaemon({ home, seed });
  const baseUrl = `${daemon.controlUrl}/api/v2`;
  const apiKey = readLocalTokens({ home }).neon.chittyos ?? "";
  const admin = (path: string, request?: { method?: string; body?: unknown }) => localAdmin({ home }, path, request);
  let seen = 0;
  return {
    home,
    baseUrl,
    apiKey,
    orgId: daemon.neonOrganizations[0]?.id ?? "",
    /** The official client, to look from outside. */
    client: createApiClient({ apiKey, baseURL: baseUrl }),
    /** Requests since the last look, oldest first, as `<method> <path below /api/v2>`. */
    async sent(): Promise<string[]> {
      const { requests } = (await admin(`requests?after=${seen}`)) as { requests: LoggedRequest[] };
      seen = requests.at(-1)?.sequence ?? seen;
      return requests.map(({ method, path }) => `${method} ${path.replace("/api/v2", "")}`);
    },
    async fault(rule: FaultRule): Promise<void> {
      await admin("faults", { method: "POST", body: rule });
    },
    async faultless(): Promise<void> {
      await admin("faults", { method: "DELETE" });
    },
    async stop(): Promise<void> {
      await stopDaemon({ home });
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export type EmbeddedNeon = Awaited<ReturnType<typeof embeddedNeon>>;
