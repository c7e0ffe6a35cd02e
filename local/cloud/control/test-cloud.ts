import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNeon } from "../neon/neon.ts";
import { recordingFleet } from "../neon/testing/recording-fleet.ts";
import { openClock } from "../runtime/local-clock.ts";
import { seededId, seedStore } from "../store/seed.ts";
import { openStore, type Store } from "../store/store.ts";
import type { KvEntry, LocalClock, Runtime, TryResult, WorkerSpec } from "../types.ts";
import { type ControlApp, createControlApp } from "./app.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";

/** A control API over a store in a temporary folder and a runtime that only remembers; for tests. */
export interface TestCloud {
  app: ControlApp;
  store: Store;
  directory: string;
  faults: Faults;
  requestLog: RequestLog;
  runtime: TestRuntime;
  clock: LocalClock;
  /** Ids and tokens of the accounts `chittyos` (zone `chitty.localhost`) and `other` (zone `other.localhost`). */
  account: string;
  zone: string;
  token: string;
  otherAccount: string;
  otherZone: string;
  otherToken: string;
  admin: string;
  /** A call of the API; `:account` and `:zone` in the path stand for the first account and zone. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): void;
}

interface Answer {
  status: number;
  response: Response;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  result: any;
  errors: { code: number; message: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  envelope: any;
}

/** What a test may look at or set in the runtime. */
interface TestRuntime extends Runtime {
  changes: number;
  tried: WorkerSpec[];
  dropped: string[];
  /** Decides what trying a script finds; by default what its text exports. */
  verdict: (spec: WorkerSpec) => TryResult;
}

/** @param zoneName of the first account's zone. */
export function openTestCloud(zoneName = "chitty.localhost"): TestCloud {
  const directory = mkdtempSync(join(tmpdir(), "chittyops-control-"));
  const store = openStore(directory);
  const tokens = seedStore(store, {
    accounts: [
      { name: "chittyos", zones: [zoneName] },
      { name: "other", zones: ["other.localhost"] },
    ],
  });
  const clock = openClock(join(directory, "clock.json"));
  const runtime = createTestRuntime();
  const faults = createFaults();
  const requestLog = createRequestLog();
  const fleet = recordingFleet();
  const neon = createNeon({ store, clock, fleet, log: { info() {}, warn() {}, error() {} } });
  const app = createControlApp({ store, runtime, clock, requestLog, faults, neon });
  const account = seededId("account", "chittyos");
  const zone = seededId("zone", zoneName);
  const token = String(tokens.accounts.chittyos);
  return {
    app,
    store,
    directory,
    faults,
    requestLog,
    runtime,
    clock,
    account,
    zone,
    token,
    otherAccount: seededId("account", "other"),
    otherZone: seededId("zone", "other.localhost"),
    otherToken: String(tokens.accounts.other),
    admin: tokens.admin,
    async call(method, path, body, headers = {}) {
      const isRaw =
        body === undefined || body instanceof FormData || typeof body === "string" || body instanceof Uint8Array;
      const response = await app.fetch(
        new Request(`http://127.0.0.1/client/v4${path.replace(":account", account).replace(":zone", zone)}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(isRaw ? {} : { "content-type": "application/json" }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
        }),
      );
      const isJson = response.headers.get("content-type")?.includes("json");
      const envelope = isJson ? ((await response.clone().json()) as Partial<Answer>) : undefined;
      return { status: response.status, response, envelope, result: envelope?.result, errors: envelope?.errors ?? [] };
    },
    close() {
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A multipart upload of one module `worker.mjs`. */
export function scriptForm(
  code: string,
  metadata: Record<string, unknown> = {},
  more: Record<string, Blob> = {},
): FormData {
  const form = new FormData();
  form.append("worker.mjs", new Blob([code], { type: "application/javascript+module" }), "worker.mjs");
  for (const [name, blob] of Object.entries(more)) form.append(name, blob, name);
  form.append("metadata", JSON.stringify({ main_module: "worker.mjs", compatibility_date: "2026-01-01", ...metadata }));
  return form;
}

function createTestRuntime(): TestRuntime {
  const kv = new Map<string, Map<string, KvEntry>>();
  const r2 = new Map<string, Map<string, { body: Uint8Array; httpMetadata: Record<string, string>; uploaded: Date }>>();
  const of = <V>(all: Map<string, Map<string, V>>, id: string): Map<string, V> => {
    const found = all.get(id) ?? new Map<string, V>();
    all.set(id, found);
    return found;
  };
  const runtime: TestRuntime = {
    changes: 0,
    tried: [],
    dropped: [],
    verdict: (spec) => {
      const code = spec.modules.map(({ content }) => new TextDecoder().decode(content)).join("\n");
      const classes = [...code.matchAll(/export class (\w+)/g)].map((match) => String(match[1]));
      const handlers = ["fetch", "queue", "scheduled"].filter((name) => new RegExp(`\\b${name}\\(`).test(code));
      return { ok: true, handlers, classes };
    },
    async tryWorker(spec) {
      runtime.tried.push(spec);
      return runtime.verdict(spec);
    },
    desiredStateChanged() {
      runtime.changes++;
    },
    async settled() {},
    kv: (id) => ({
      get: async (key) => of(kv, id).get(key),
      put: async (key, entry) => void of(kv, id).set(key, entry),
      delete: async (key) => void of(kv, id).delete(key),
      list: async ({ prefix = "", limit = 1000, cursor }) => {
        const names = [...of(kv, id).keys()].filter((name) => name.startsWith(prefix)).sort();
        const start = cursor ? Number(cursor) : 0;
        const keys = names.slice(start, start + limit).map((name) => {
          const { expiration, metadata } = of(kv, id).get(name) as KvEntry;
          return {
            name,
            ...(expiration === undefined ? {} : { expiration }),
            ...(metadata === undefined ? {} : { metadata }),
          };
        });
        return { keys, ...(start + limit < names.length ? { cursor: String(start + limit) } : {}) };
      },
    }),
    r2: (key) => ({
      isEmpty: async () => of(r2, key).size === 0,
      get: async (name) => {
        const found = of(r2, key).get(name);
        return found && { ...found, etag: "etag" };
      },
      put: async (name, body, httpMetadata = {}) => {
        of(r2, key).set(name, { body, httpMetadata, uploaded: new Date() });
        return { etag: "etag" };
      },
      delete: async (name) => void of(r2, key).delete(name),
      list: async ({ prefix = "" }) => ({
        objects: [...of(r2, key)]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, object]) => ({ key: name, size: object.body.length, etag: "etag", uploaded: object.uploaded })),
        delimitedPrefixes: [],
      }),
    }),
    d1: () => ({
      query: async (sql) => {
        if (/nonsense/.test(sql)) throw new Error('near "nonsense": syntax error');
        return [{ results: [{ one: 1 }], columns: ["one"], meta: { changes: 0 } }];
      },
    }),
    queue: () => ({ send: async () => {} }),
    async dropStorage(kind, id) {
      runtime.dropped.push(`${kind}:${id}`);
      kv.delete(id);
      r2.delete(id);
    },
  };
  return runtime;
}
