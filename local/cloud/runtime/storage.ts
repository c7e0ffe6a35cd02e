import type { MiniflareOptions } from "miniflare";
import { Pack, type PackContext } from "./pack.ts";
import { linkWorker, ownCompatibilityDate, quietInstance } from "./pack-options.ts";

/**
 * The one process that owns KV, R2, D1 and rate limits of all accounts. It never reloads: its services take the id of a store with each
 * call, so that a new store needs no new configuration.
 */
export async function startStorage(context: PackContext, directory: string): Promise<Pack> {
  return Pack.startWith(
    context,
    (registryDirectory, onLog, onRestart): MiniflareOptions => ({
      ...quietInstance,
      unsafeDevRegistryPath: registryDirectory,
      resourcePersistencePath: directory,
      handleStructuredLogs: onLog,
      unsafeHandleRuntimeRestart: onRestart,
      workers: [
        linkWorker({ units: [], daemon: context.daemon }, []),
        {
          // Its bindings are what makes Miniflare start the services; nobody calls it.
          config: {
            name: "stores",
            compatibilityDate: ownCompatibilityDate,
            manifest: {
              mainModule: "main.mjs",
              modulesRoot: "/",
              modules: { "main.mjs": { type: "esm", contents: "export default {};" } },
            },
            env: {
              KV: { type: "kv", id: "none" },
              R2: { type: "r2", name: "none" },
              D1: { type: "d1", id: "none" },
              RATE_LIMIT: { type: "rate-limit", namespace: "none", simple: { limit: 1, period: 10 } },
            },
          },
          dev: { unsafeRegisterWorker: false, cacheAPI: false },
        },
      ],
    }),
  );
}
