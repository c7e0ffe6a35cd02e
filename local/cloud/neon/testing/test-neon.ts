import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiClient } from "@neondatabase/api-client";
import type { LocalSeed } from "../../../../contracts/local.ts";
import { createControlApp } from "../../control/app.ts";
import type { ControlOptions } from "../../control/control-options.ts";
import { createFaults, type Faults } from "../../control/faults.ts";
import { controlListener } from "../../control/listener.ts";
import { createRequestLog, type RequestLog } from "../../control/request-log.ts";
import type { Log } from "../../log.ts";
import type { PostgresFleet } from "../../postgres/types.ts";
import { type AdvancingClock, openClock } from "../../runtime/local-clock.ts";
import { seedStore } from "../../store/seed.ts";
import { openStore, type Store } from "../../store/store.ts";
import { neonDocument } from "../document.ts";
import { createNeon, type Neon } from "../neon.ts";

type Client = ReturnType<typeof createApiClient>;

/** Neon's API on a real listener, and Neon's own client. */
export interface TestNeon {
  baseUrl: string;
  admin: string;
  /** API keys by organisation. */
  keys: Record<string, string>;
  /** Of the organisation, by default `acme`. */
  client(organization?: string): Client;
  store: Store;
  clock: AdvancingClock;
  neon: Neon;
  faults: Faults;
  requestLog: RequestLog;
  /** Where answers were not what Neon's document says. */
  violations: string[];
  logged: string[];
  /** Waits until nothing is under way. */
  settled(): Promise<void>;
  /** As a kill -9 and a new daemon: what was in memory is gone. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface TestNeonOptions {
  /** Made anew at each restart. */
  openFleet(where: { directory: string; log: Log }): Promise<PostgresFleet> | PostgresFleet;
  neonOrganizations?: LocalSeed["neonOrganizations"];
  pace?: number;
}

export async function openTestNeon({ openFleet, neonOrganizations, pace = 0 }: TestNeonOptions): Promise<TestNeon> {
  const directory = mkdtempSync(join(tmpdir(), "chittyops-neon-"));
  const logged: string[] = [];
  const write = (message: string): void => void logged.push(message);
  const log: Log = { info: write, warn: write, error: write };
  const seed: LocalSeed = {
    accounts: [],
    neonOrganizations: neonOrganizations ?? [{ name: "acme" }, { name: "other" }],
  };
  const violations: string[] = [];
  const faults = createFaults();
  const requestLog = createRequestLog();

  async function open() {
    const store = openStore(directory);
    const tokens = seedStore(store, seed, opened?.tokens);
    const clock = openClock(join(directory, "clock.json"));
    const fleet = await openFleet({ directory: join(directory, "postgres"), log });
    const neon = createNeon({ store, clock, fleet, log, pace });
    await neon.open();
    const app = createControlApp({ store, clock, neon, faults, requestLog, runtime: noRuntime });
    const server = createServer(
      controlListener({
        async fetch(request) {
          const response = await app.fetch(request);
          await check(request, response.clone(), violations);
          return response;
        },
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { store, tokens, clock, neon, server, port: (server.address() as AddressInfo).port };
  }

  async function shut(): Promise<void> {
    opened?.server.closeAllConnections();
    await new Promise((resolve) => opened?.server.close(resolve));
    await opened?.neon.stop();
    opened?.store.close();
  }

  let opened: Awaited<ReturnType<typeof open>> | undefined;
  opened = await open();
  const now = () => {
    if (!opened) throw new Error("Neon is closed.");
    return opened;
  };
  const baseUrl = () => `http://127.0.0.1:${now().port}/api/v2`;
  return {
    get baseUrl() {
      return baseUrl();
    },
    get admin() {
      return now().tokens.admin;
    },
    get keys() {
      return now().tokens.neon;
    },
    client(organization = "acme") {
      const apiKey = now().tokens.neon[organization];
      if (apiKey === undefined) throw new Error(`There is no organisation ${organization}.`);
      return createApiClient({ apiKey, baseURL: baseUrl() });
    },
    get store() {
      return now().store;
    },
    get clock() {
      return now().clock;
    },
    get neon() {
      return now().neon;
    },
    faults,
    requestLog,
    violations,
    logged,
    settled: () => now().neon.settled(),
    async restart() {
      await shut();
      opened = await open();
    },
    async close() {
      await shut();
      opened = undefined;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Neon's routes never ask it. */
const noRuntime = {} as ControlOptions["runtime"];

async function check(request: Request, response: Response, violations: string[]): Promise<void> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith("/api/v2/") || response.status === 204) return;
  const api = await neonDocument();
  const operation = api.matchOperation({ method: request.method, path: pathname, headers: {} });
  if (!operation) return;
  const where = `${request.method} ${pathname} ${response.status}`;
  const declared = Object.keys(operation.responses ?? {});
  if (response.ok && !declared.includes(String(response.status))) violations.push(`${where}: not in the document`);
  const { errors } = api.validateResponse(await response.json(), operation, response.status);
  for (const { instancePath, message } of errors ?? []) violations.push(`${where}: ${instancePath} ${message}`);
}

/** The status and the body of a refusal. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string; message: string }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { response } = (error ?? {}) as { response?: { status: number; data: { code: string; message: string } } };
  if (!response) throw new Error(`Expected a refusal, and it was ${error === undefined ? "done" : String(error)}.`);
  return { status: response.status, code: response.data.code, message: response.data.message };
}
