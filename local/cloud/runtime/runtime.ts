import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { DeployedScript, DesiredState, LocalClock, Runtime } from "../types.ts";
import { type DaemonServices, NotLocated, startDaemonServer } from "./daemon-server.ts";
import { Fleet, type UnitFailure } from "./fleet.ts";
import { kvAccess } from "./kv-access.ts";
import type { Pack, PackContext } from "./pack.ts";
import { startStorage } from "./storage.ts";
import { createTrial } from "./trial.ts";
import { type Unit, unitsOf } from "./unit.ts";
import type { WorkerdChildren } from "./workerd-children.ts";

/** Where a request to a script goes. */
export type Target = ServingTarget | FailedTarget;

export interface ServingTarget {
  pack: Pack;
  unit: Unit;
}

export interface FailedTarget {
  failure: UnitFailure;
  unit: Unit;
}

/** What the edge needs of the runtime beside what the control API needs. */
export interface RunningRuntime extends Runtime {
  /** The desired state as of now; the same object until it changes. */
  desired(): DesiredState;
  /**
   * The unit that answers a request to a script: at once if it serves, else as soon as it does.
   * @param choose picks a version. @returns undefined if there is no such script.
   */
  target(
    scriptKey: string,
    choose: (script: DeployedScript) => string | undefined,
  ): Target | Promise<Target | undefined> | undefined;
  stop(): Promise<void>;
}

export interface RuntimeOptions {
  /** Folder for data and temporary files, e.g. `<home>/local/cloud`. */
  directory: string;
  store: { desiredState(): DesiredState };
  clock: LocalClock;
  log: Log;
  children: WorkerdChildren;
  /** Filled with the values that must not appear in the log. */
  secrets?: Set<string>;
  compactAfter?: number;
}

/** How long a request waits for a script that is being started; milliseconds. */
const holdTimeout = 30_000;

export async function startRuntime(options: RuntimeOptions): Promise<RunningRuntime> {
  const { directory, log, children } = options;
  // Miniflare would prefer this to the folders it is given.
  delete process.env.CLOUDFLARE_DEV_REGISTRY_PATH;
  const temporaryDirectory = join(directory, "tmp");
  rmSync(temporaryDirectory, { recursive: true, force: true });
  mkdirSync(temporaryDirectory, { recursive: true });

  const secret = randomBytes(32).toString("base64url");
  options.secrets?.add(secret);
  const services: DaemonServices = { locate, enqueue: async () => ({}) };
  const server = await startDaemonServer(secret, services);
  const context: PackContext = {
    daemon: { address: server.address, secret },
    temporaryDirectory,
    children,
    onLog: (pack, { level, message }) =>
      log[level === "error" || level === "warn" ? level : "info"](`${pack.name}: ${message}`),
  };
  const storage = await startStorage(context, join(directory, "storage"));
  storage.serving = true;
  const trial = createTrial({ children, registryDirectory: join(temporaryDirectory, "trial") });
  const fleet = new Fleet({
    context,
    objectsDirectory: join(directory, "storage", "objects"),
    storage: () => storage,
    log,
    compactAfter: options.compactAfter ?? 5000,
  });
  storage.onUp = () => void fleet.publish();

  let state: DesiredState = { scripts: [], routes: [], domains: [], queues: [] };
  let scripts = new Map<string, DeployedScript>();
  let units = new Map<string, Map<string, Unit>>();
  let dirty = true;

  function refresh(): DesiredState {
    if (!dirty) return state;
    dirty = false;
    state = options.store.desiredState();
    scripts = new Map(state.scripts.map((script) => [script.key, script]));
    rememberSecrets(state, options.secrets);
    const all = unitsOf(state);
    units = new Map();
    for (const unit of all)
      units.set(unit.spec.key, (units.get(unit.spec.key) ?? new Map<string, Unit>()).set(unit.spec.versionId, unit));
    fleet.desire(all);
    return state;
  }

  async function locate({ script, object, failed }: Parameters<DaemonServices["locate"]>[0]): Promise<unknown> {
    refresh();
    const query = { ...(script === undefined ? {} : { script }), ...(object === undefined ? {} : { object }) };
    const deadline = Date.now() + holdTimeout;
    while (Date.now() < deadline) {
      const name = script ?? object ?? "";
      const known = script === undefined || scripts.has(script);
      if (!known) throw new NotLocated(`Worker "${name.split("/").slice(1).join("/")}" not found`);
      const entry = fleet.entry(query);
      if (entry !== undefined && !(failed !== undefined && JSON.stringify(entry).includes(`"${failed}"`))) return entry;
      const failure = script === undefined ? undefined : failureOf(script);
      if (failure) throw new NotLocated(failure.reason);
      await Promise.race([fleet.changed(), delay(1000)]);
    }
    throw new NotLocated("the Worker is not serving");
  }

  function failureOf(key: string): UnitFailure | undefined {
    for (const unit of units.get(key)?.values() ?? []) {
      const at = fleet.whereabouts(unit.id);
      if (at && "failure" in at) return at.failure;
    }
    return undefined;
  }

  function find(key: string, choose: (script: DeployedScript) => string | undefined): Target | "waiting" | undefined {
    refresh();
    const script = scripts.get(key);
    const versionId = script && choose(script);
    const unit = versionId === undefined ? undefined : units.get(key)?.get(versionId);
    if (!unit) return undefined;
    const at = fleet.whereabouts(unit.id);
    return at ? { ...at, unit } : "waiting";
  }

  const runtime: RunningRuntime = {
    tryWorker: (spec) => trial.run(spec),
    desiredStateChanged() {
      dirty = true;
      setImmediate(refresh);
    },
    async settled() {
      refresh();
      await fleet.settled();
    },
    desired: refresh,
    target(key, choose) {
      const found = find(key, choose);
      return found === "waiting" ? waitFor(() => find(key, choose), fleet) : found;
    },
    kv: (namespaceId) => kvAccess(() => storage, namespaceId),
    r2: () => {
      throw new Error("not yet");
    },
    d1: () => {
      throw new Error("not yet");
    },
    queue: () => {
      throw new Error("not yet");
    },
    async dropStorage() {},
    async stop() {
      await fleet.stop();
      await Promise.all([trial.stop(), storage.stop(), server.close()]);
    },
  };
  refresh();
  return runtime;
}

function rememberSecrets(state: DesiredState, secrets: Set<string> | undefined): void {
  for (const { spec } of state.scripts.flatMap(({ versions }) => versions)) {
    for (const { type, text, value } of spec.bindings) {
      if (type === "secret_text" && typeof text === "string") secrets?.add(text);
      if (type === "secrets_store_secret" && typeof value === "string") secrets?.add(value);
    }
  }
}

async function waitFor(find: () => Target | "waiting" | undefined, fleet: Fleet): Promise<Target | undefined> {
  const deadline = Date.now() + holdTimeout;
  while (Date.now() < deadline) {
    const found = find();
    if (found !== "waiting") return found;
    await Promise.race([fleet.changed(), delay(1000)]);
  }
  return undefined;
}
