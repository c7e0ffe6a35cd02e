import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { request } from "undici";
import { createEdge } from "../edge/edge.ts";
import type { DeployedQueue, DeployedScript, DesiredState, WorkerBinding, WorkerSpec } from "../types.ts";
import { type AdvancingClock, openClock } from "./local-clock.ts";
import { type RunningRuntime, type RuntimeOptions, startRuntime } from "./runtime.ts";
import { type WorkerdChildren, watchWorkerdChildren } from "./workerd-children.ts";

/** The account of test scripts. */
export const accountId = "a".repeat(32);

/** A runtime with an edge over a desired state in memory, for tests. */
export interface TestPlatform {
  runtime: RunningRuntime;
  clock: AdvancingClock;
  children: WorkerdChildren;
  state: DesiredState;
  directory: string;
  /** What the runtime logged. */
  lines: string[];
  /** Deploys a script, answering at `<name>.test`; it replaces one of the same name. */
  deploy(name: string, code: string, options?: Partial<WorkerSpec> & { crons?: string[] }): WorkerSpec;
  remove(name: string): void;
  queue(name: string, settings?: Partial<DeployedQueue>): DeployedQueue;
  changed(): void;
  get(
    host: string,
    path?: string,
    options?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<TestAnswer>;
  edgePort: number;
  /** Ends everything; the data stays for `startTestPlatform({ directory })` unless `remove`. */
  stop(): Promise<void>;
}

interface TestAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export async function startTestPlatform(
  options: Partial<RuntimeOptions> & { directory?: string; state?: DesiredState } = {},
): Promise<TestPlatform> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "chittyops-runtime-"));
  const state: DesiredState = options.state ?? { scripts: [], routes: [], domains: [], queues: [], buckets: [] };
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  const children = watchWorkerdChildren();
  const clock = openClock(join(directory, "clock.json"));
  const edge = createServer();
  await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve));
  const edgePort = (edge.address() as AddressInfo).port;
  const runtime = await startRuntime({
    directory,
    edgeAddress: `127.0.0.1:${edgePort}`,
    // A copy, as the store makes one: the runtime tells a new state by its identity.
    store: { desiredState: () => ({ ...state, scripts: [...state.scripts], queues: [...state.queues] }) },
    clock,
    log: { info: note, warn: note, error: note },
    children,
    ...options,
  });
  const answering = createEdge(runtime);
  for (const event of ["request", "upgrade"])
    edge.on(event, (...parts: unknown[]) => void answering.emit(event, ...parts));
  const platform: TestPlatform = {
    runtime,
    clock,
    children,
    state,
    directory,
    lines,
    edgePort,
    deploy(name, code, { crons = [], ...overrides } = {}) {
      const spec = testSpec(name, code, overrides);
      platform.remove(name);
      const script: DeployedScript = {
        key: spec.key,
        accountId,
        scriptName: name,
        versions: [{ spec, percentage: 100 }],
        crons,
        subdomainHosts: [`${name}.test`],
      };
      state.scripts.push(script);
      runtime.desiredStateChanged();
      return spec;
    },
    remove(name) {
      state.scripts = state.scripts.filter(({ scriptName }) => scriptName !== name);
      runtime.desiredStateChanged();
    },
    queue(name, settings = {}) {
      const queue: DeployedQueue = {
        accountId,
        id: `queue-${name}`,
        name,
        deliveryDelay: 0,
        deliveryPaused: false,
        consumers: [],
        ...settings,
      };
      state.queues.push(queue);
      runtime.desiredStateChanged();
      return queue;
    },
    changed: () => runtime.desiredStateChanged(),
    async get(host, path = "/", { method = "GET", headers = {}, body } = {}) {
      const answer = await request(`http://127.0.0.1:${edgePort}${path}`, {
        method: method as "GET",
        headers: { host, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    },
    async stop() {
      edge.closeAllConnections();
      await new Promise((resolve) => edge.close(resolve));
      await runtime.stop();
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
  return platform;
}

export function testSpec(name: string, code: string, overrides: Partial<WorkerSpec> = {}): WorkerSpec {
  return {
    key: `${accountId}/${name}`,
    accountId,
    scriptName: name,
    versionId: randomUUID(),
    mainModule: "index.js",
    modules: [{ name: "index.js", type: "esm", content: new TextEncoder().encode(code) }],
    compatibilityDate: "2026-11-01",
    compatibilityFlags: [],
    bindings: [],
    durableObjects: [],
    tailConsumers: [],
    ...overrides,
  };
}

/** A service binding in the resolved shape. */
export function serviceBinding(name: string, script: string, more: object = {}): WorkerBinding {
  return { type: "service", name, service: script, script_key: `${accountId}/${script}`, ...more };
}

/** Waits until `check` returns something true. @throws after `timeout` milliseconds, with what `check` threw or returned last. */
export async function eventually<T>(check: () => T | Promise<T>, timeout = 20_000): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    let last: unknown;
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`still not so after ${timeout} ms: ${String(last)}`);
    await delay(20);
  }
}
