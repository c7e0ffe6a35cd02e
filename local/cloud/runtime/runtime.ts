import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { DeployedScript, DesiredState, Runtime } from "../types.ts";
import { alarmsIn } from "./alarms.ts";
import { createBuckets } from "./buckets.ts";
import { createCrons } from "./crons.ts";
import { d1Access } from "./d1-access.ts";
import { type DaemonServices, NotLocated, startDaemonServer } from "./daemon-server.ts";
import { dropStorage } from "./drop-storage.ts";
import { Fleet } from "./fleet.ts";
import { kvAccess } from "./kv-access.ts";
import type { AdvancingClock } from "./local-clock.ts";
import type { Pack, PackContext } from "./pack.ts";
import { createQueueBroker, type QueueResult } from "./queue-broker.ts";
import { openQueueMessages } from "./queue-messages.ts";
import { secretsOf } from "./secrets-of.ts";
import { startStorage } from "./storage.ts";
import { createTrial } from "./trial.ts";
import { type Unit, unitsOf } from "./unit.ts";
import { startWatchdog, type WatchdogOptions } from "./watchdog.ts";
import type { UnitFailure } from "./whereabouts.ts";
import type { WorkerdChildren } from "./workerd-children.ts";

/** Where a request to a script goes. */
type Target = ServingTarget | FailedTarget;

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
  clock: AdvancingClock;
  /** `127.0.0.1:<port>` of the edge. */
  edgeAddress: string;
  log: Log;
  children: WorkerdChildren;
  /** Filled with the values that must not appear in the log. */
  secrets?: Set<string>;
  compactAfter?: number;
  watchdog?: Pick<WatchdogOptions, "patience" | "rest">;
}

/** How long a request waits for a script that is being started; milliseconds. */
const holdTimeout = 30_000;
/** How long an advance of the clock waits for alarms that it made due. */
const alarmTimeout = 15_000;

export async function startRuntime(options: RuntimeOptions): Promise<RunningRuntime> {
  const { directory, log, children } = options;
  // Miniflare would prefer this to the folders it is given.
  delete process.env.CLOUDFLARE_DEV_REGISTRY_PATH;
  const temporaryDirectory = join(directory, "tmp");
  rmSync(temporaryDirectory, { recursive: true, force: true });
  mkdirSync(temporaryDirectory, { recursive: true });

  const secret = randomBytes(32).toString("base64url");
  options.secrets?.add(secret);
  const services: DaemonServices = {
    locate,
    enqueue: async (queueId, path, headers, body) => {
      refresh();
      return broker.produce(queueId, path, headers, body);
    },
    checkChange: (change) => buckets.check(change),
    changed: (change) => buckets.changed(change),
  };
  const server = await startDaemonServer(secret, services);
  const context: PackContext = {
    daemon: { address: server.address, secret, edgeAddress: options.edgeAddress },
    temporaryDirectory,
    children,
    onLog(pack, { level, message }) {
      const text = message.replace(/workerd\/\S+ failed: (remote\.)?jsg\./, "");
      log[level === "error" || level === "warn" ? level : "info"](`${pack.label}: ${text}`);
    },
  };
  const storage = await startStorage(context, join(directory, "storage"));
  storage.serving = true;
  const trial = createTrial({ children, registryDirectory: join(temporaryDirectory, "trial") });
  const objectsDirectory = join(directory, "storage", "objects");
  const fleet = new Fleet({
    context,
    objectsDirectory,
    storage: () => storage,
    log,
    compactAfter: options.compactAfter ?? 5000,
  });
  storage.onUp = () => void fleet.publish();
  const watchdog = startWatchdog({ fleet, log, ...options.watchdog });
  const crons = createCrons({ clock: options.clock, log, fire: (key, cron, time) => fireCron(key, cron, time) });
  const broker = createQueueBroker({
    messages: openQueueMessages(join(directory, "queues.sqlite")),
    clock: options.clock,
    log,
    deliver: deliverBatch,
  });
  const buckets = createBuckets({
    storage: () => storage,
    clock: options.clock,
    notify: (queueId, event) => broker.send(queueId, [{ body: event, contentType: "json" }]),
  });
  const alarms = alarmsIn(objectsDirectory);
  options.clock.onAdvance(async (milliseconds) => {
    await Promise.all([crons.fireDue(), broker.deliverDue()]);
    // Objects are stopped for it, which would end what the others have begun.
    await advanceAlarms(milliseconds);
  });

  let state: DesiredState = { scripts: [], routes: [], domains: [], queues: [], buckets: [] };
  let scripts = new Map<string, DeployedScript>();
  let units = new Map<string, Map<string, Unit>>();
  let dirty = true;

  function refresh(): DesiredState {
    if (!dirty) return state;
    dirty = false;
    state = options.store.desiredState();
    scripts = new Map(state.scripts.map((script) => [script.key, script]));
    for (const secret of secretsOf(state)) options.secrets?.add(secret);
    const all = unitsOf(state);
    units = new Map();
    for (const unit of all)
      units.set(unit.spec.key, (units.get(unit.spec.key) ?? new Map<string, Unit>()).set(unit.spec.versionId, unit));
    buckets.configure(state.buckets);
    fleet.desire(all, {
      zones: [...new Set(state.routes.map(({ zoneName }) => zoneName))],
      hosts: [
        ...state.domains.map(({ hostname }) => hostname),
        ...state.scripts.flatMap(({ subdomainHosts }) => subdomainHosts),
      ],
      buckets: buckets.names(),
    });
    crons.configure(state.scripts);
    broker.configure(state.queues);
    return state;
  }

  /** Starts an event in the version of a script that has the largest share. */
  async function dispatch(key: string, path: string, event: object): Promise<unknown> {
    const found = runtime.target(
      key,
      ({ versions }) => versions.toSorted((a, b) => b.percentage - a.percentage)[0]?.spec.versionId,
    );
    const target = found instanceof Promise ? await found : found;
    if (!target || "failure" in target) return undefined;
    const leave = target.pack.enter(target.unit.id);
    try {
      const answer = await target.pack.link(`${path}/${target.unit.id}`, {
        method: "POST",
        body: JSON.stringify(event),
      });
      return JSON.parse(answer.body.toString("utf8"));
    } finally {
      leave();
    }
  }

  async function advanceAlarms(milliseconds: number): Promise<void> {
    if (milliseconds <= 0 || !alarms.any()) return;
    let due = 0;
    await fleet.whileObjectsRest(() => {
      due = alarms.advance(milliseconds);
    });
    const deadline = Date.now() + alarmTimeout;
    while (due > 0 && alarms.due() && Date.now() < deadline) await delay(50);
  }

  async function fireCron(key: string, cron: string, scheduledTime: number): Promise<void> {
    const result = (await dispatch(key, "scheduled", { cron, scheduledTime })) as { outcome: string } | undefined;
    if (!result) log.warn(`cron ${cron} of ${key} did not run: the script does not serve`);
    else if (result.outcome !== "ok") log.warn(`cron ${cron} of ${key} ended with ${result.outcome}`);
  }

  async function deliverBatch(key: string, queue: string, messages: object[]): Promise<QueueResult | undefined> {
    return (await dispatch(key, "queue", { queue, messages })) as QueueResult | undefined;
  }

  async function locate(wanted: Parameters<DaemonServices["locate"]>[0]): Promise<unknown> {
    const { script, object, failed } = wanted;
    refresh();
    if (wanted.storage !== undefined) {
      // Waits while it restarts.
      await storage.link("ping");
      return { address: storage.address };
    }
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
    r2: buckets.access,
    d1: (databaseId) => d1Access(() => storage, databaseId),
    queue: (queueId) => ({
      async send(messages) {
        refresh();
        broker.send(queueId, messages);
      },
    }),
    async dropStorage(kind, id) {
      if (kind === "queue") return broker.drop(id);
      // A class that was deleted is still held by the old version until the new one serves.
      if (kind === "durable-object") await runtime.settled();
      await dropStorage({ storage: () => storage, objectsDirectory }, kind, id);
    },
    async stop() {
      watchdog.stop();
      crons.stop();
      await broker.stop();
      await fleet.stop();
      await Promise.all([trial.stop(), storage.stop(), server.close()]);
    },
  };
  refresh();
  return runtime;
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
