import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type MiniflareOptions, NoOpLog, type WorkerdStructuredLog, type WorkerOptions } from "miniflare";
import type { WorkerAssets, WorkerModule, WorkerSpec } from "../types.ts";
import { pluginBinding } from "./miniflare-plugin.ts";
import type { Unit } from "./unit.ts";
import { type DaemonAddress, type RemoteNamespace, type UnitEnvironment, unitBindings } from "./unit-bindings.ts";

/** What a workerd process of the embedded cloud is made of. */
export interface PackSettings {
  units: Unit[];
  daemon: DaemonAddress;
  /** Folder of the account's Durable Objects and Workflows; absent in a pack that holds none. */
  objectsDirectory?: string;
  /** Folder in which the process announces its debug port. */
  registryDirectory: string;
  /** Debug port of the storage instance; absent in that instance itself. */
  storageAddress?: string;
  onLog(line: WorkerdStructuredLog): void;
  onRestart(): void;
}

/** Compatibility date of our own Workers. */
export const ownCompatibilityDate = "2026-11-01";

/** Options of every Miniflare here: nothing leaves the machine, nothing listens beyond loopback. */
export const quietInstance = {
  host: "127.0.0.1",
  port: 0,
  cf: false,
  log: new NoOpLog(),
  logRequests: false,
  telemetry: { enabled: false },
} satisfies Partial<MiniflareOptions>;

export function packOptions(settings: PackSettings): MiniflareOptions {
  const bound = settings.units.map((unit) => unitBindings(unit, settings.units, settings.daemon));
  const remote = new Map(
    bound.flatMap(({ remoteNamespaces }) => remoteNamespaces).map((one) => [one.namespaceId, one]),
  );
  return {
    ...quietInstance,
    unsafeDevRegistryPath: settings.registryDirectory,
    ...(settings.objectsDirectory === undefined ? {} : { resourcePersistencePath: settings.objectsDirectory }),
    handleStructuredLogs: settings.onLog,
    unsafeHandleRuntimeRestart: settings.onRestart,
    workers: [
      linkWorker(settings, [...remote.values()]),
      ...settings.units.map((unit, index) => unitWorker(unit, bound[index]?.env ?? {})),
    ],
  };
}

/** See `modules/link.worker.mjs`. */
export function linkWorker(
  settings: Pick<PackSettings, "units" | "daemon" | "storageAddress">,
  remoteNamespaces: RemoteNamespace[],
): WorkerOptions {
  const source = [
    `import { remoteObject } from "./link.mjs";`,
    `export { default, Dispatch, Outbound, Service, Storage, Tail } from "./link.mjs";`,
    ...remoteNamespaces.map(
      ({ namespaceId, linkClass }) => `export const ${linkClass} = remoteObject(${JSON.stringify(namespaceId)});`,
    ),
  ].join("\n");
  const env: UnitEnvironment = {
    DEBUG_PORT: pluginBinding({ kind: "debug-port" }),
    SECRET: { type: "text", value: settings.daemon.secret },
    DAEMON: {
      type: "external",
      address: settings.daemon.address,
      http: { injectRequestHeaders: [{ name: "authorization", value: `Bearer ${settings.daemon.secret}` }] },
    },
    EDGE: { type: "external", address: settings.daemon.edgeAddress, http: {} },
    ...(settings.storageAddress === undefined ? {} : { STORAGE: { type: "text", value: settings.storageAddress } }),
  };
  for (const unit of settings.units) {
    env[`unit:${unit.id}`] = { type: "worker", worker: unit.id };
    for (const { name, className } of unit.workflows) {
      env[`workflow:${name}`] = { type: "workflow", name, worker: unit.id, exportName: className };
    }
  }
  return {
    config: {
      name: "link",
      compatibilityDate: ownCompatibilityDate,
      // `connect_pass_through`: sockets that a Worker opens go out as they are.
      compatibilityFlags: ["experimental", "service_binding_extra_handlers", "connect_pass_through"],
      manifest: {
        mainModule: "main.mjs",
        modulesRoot: "/",
        modules: {
          "main.mjs": { type: "esm", contents: source },
          "link.mjs": {
            type: "esm",
            contents: readFileSync(join(import.meta.dirname, "modules", "link.worker.mjs"), "utf8"),
          },
        },
      },
      env,
      exports: Object.fromEntries(
        remoteNamespaces.map(({ namespaceId, linkClass }) => [
          linkClass,
          { type: "durable-object", storage: "legacy-kv", unsafeUniqueKey: namespaceId } as const,
        ]),
      ),
    },
    dev: {
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      unsafeEphemeralDurableObjects: true,
      cacheAPI: false,
    },
  };
}

function unitWorker({ id, spec, objects }: Unit, env: UnitEnvironment): WorkerOptions {
  return {
    config: {
      name: id,
      compatibilityDate: spec.compatibilityDate,
      compatibilityFlags: spec.compatibilityFlags,
      manifest: manifest(spec),
      env,
      exports: Object.fromEntries(
        objects.map(({ className, id: namespaceId, sqlite }) => [
          className,
          { type: "durable-object", storage: sqlite ? "sqlite" : "legacy-kv", unsafeUniqueKey: namespaceId } as const,
        ]),
      ),
      ...(spec.assets ? { assets: staticAssets(spec.assets, spec.modules.length > 0) } : {}),
      tailConsumers: spec.tailConsumers.map((name) => ({
        worker: "link",
        entrypoint: "Tail",
        props: { script: `${spec.accountId}/${name}`, from: spec.scriptName },
      })),
    },
    dev: {
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      unsafeRegisterWorker: false,
      outboundService: { type: "worker", worker: "link", exportName: "Outbound", props: { script: spec.key } },
    },
  };
}

type Manifest = NonNullable<WorkerOptions["config"]["manifest"]>;

function manifest({ mainModule, modules }: WorkerSpec): Manifest {
  // A script of assets only has no code; Miniflare wants some all the same.
  if (modules.length === 0) {
    return {
      mainModule: "none.js",
      modulesRoot: "/",
      modules: { "none.js": { type: "esm", contents: "export default {};" } },
    };
  }
  const contents = Object.fromEntries(modules.map((module) => [module.name, manifestModule(module)]));
  return { mainModule, modulesRoot: "/", modules: contents };
}

type StaticAssets = NonNullable<WorkerOptions["config"]["assets"]>;

/** The API's `assets.config` (snake_case) in Miniflare's words. */
function staticAssets({ directory, config }: WorkerAssets, hasUserWorker: boolean): StaticAssets {
  const { html_handling, not_found_handling, run_worker_first } = config;
  return {
    directory,
    hasUserWorker,
    ...(html_handling === undefined
      ? {}
      : { htmlHandling: html_handling as NonNullable<StaticAssets["htmlHandling"]> }),
    ...(not_found_handling === undefined
      ? {}
      : { notFoundHandling: not_found_handling as NonNullable<StaticAssets["notFoundHandling"]> }),
    ...(run_worker_first === undefined ? {} : { runWorkerFirst: run_worker_first as boolean | string[] }),
  };
}

function manifestModule({ type, content }: WorkerModule): Manifest["modules"][string] {
  switch (type) {
    case "wasm":
    case "data":
      return { type, contents: new Uint8Array(content) };
    case "commonjs":
      return { type: "cjs", contents: new TextDecoder().decode(content) };
    default:
      return { type, contents: new TextDecoder().decode(content) };
  }
}
