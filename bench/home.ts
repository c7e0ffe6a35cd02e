import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalDaemon, localDaemon, localTokens } from "../contracts/local.ts";
import { localAdmin } from "../local/cloud/client.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { type Run, run } from "./process.ts";

/** A `CHITTYOPS_HOME` of its own with a running, empty embedded cloud. */
export interface BenchHome {
  path: string;
  daemon: LocalDaemon;
  /** Token of the account `chittyos`. */
  token: string;
  /** Key of the Neon organization `chittyos`. */
  neonKey: string;
  /** Id of the account `chittyos`. */
  accountId: string;
  chittyops: (...args: string[]) => Promise<Run>;
  /** Calls Cloudflare's API of the embedded cloud; returns `result`. */
  api: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Asks the daemon about itself, below `/_local`. */
  admin: (path: string, request?: { method?: string; body?: unknown }) => Promise<unknown>;
  dispose: () => Promise<void>;
}

/** Starts an embedded cloud in a new home; nothing of a user's own is touched. */
export async function benchHome(environment: Record<string, string> = {}): Promise<BenchHome> {
  const path = await mkdtemp(join(tmpdir(), "chittyops-bench-home-"));
  const env = { ...process.env, ...environment, CHITTYOPS_HOME: path };
  const chittyops = (...args: string[]) =>
    run(process.execPath, [join(repositoryRoot, "cli", "bin.ts"), ...args], { cwd: repositoryRoot, env });
  await chittyops("local", "start");
  const daemon = localDaemon.parse(JSON.parse(await readFile(join(path, "local", "daemon.json"), "utf8")));
  const tokens = localTokens.parse(JSON.parse(await readFile(join(path, "local", "tokens.json"), "utf8")));
  const account = daemon.accounts.find(({ name }) => name === "chittyos");
  const token = tokens.accounts.chittyos;
  const neonKey = tokens.neon.chittyos;
  if (account === undefined || token === undefined || neonKey === undefined)
    throw new Error("The embedded cloud has no account `chittyos`.");
  const api = async (method: string, route: string, body?: unknown) => {
    const response = await fetch(`${daemon.controlUrl}/client/v4${route}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}: ${JSON.stringify(answer)}`);
    return (answer as { result: unknown }).result;
  };
  return {
    path,
    daemon,
    token,
    neonKey,
    accountId: account.id,
    chittyops,
    api,
    admin: (route, request = {}) => localAdmin({ home: path }, route, request),
    dispose: async () => {
      await chittyops("local", "stop");
      await rm(path, { recursive: true, force: true });
    },
  };
}
