import { readFileSync } from "node:fs";
import { join } from "node:path";
import { opsBundle, opsCompatibility, opsObjects, opsStores, opsVariable } from "../../../contracts/ops-plane.ts";

/** What a plane in Miniflare is told: the variables and secrets of the Worker, e.g. those of `nodePlane`. */
export interface PlaneSecrets {
  OPS: string;
  SIGNING_KEY: string;
  FAMILY_KEYS: string;
}

/** The built plane as a Worker of Miniflare, with all its stores. */
export function planeWorker({ OPS, SIGNING_KEY, FAMILY_KEYS }: PlaneSecrets) {
  const contents = readFileSync(join(import.meta.dirname, "../../..", opsBundle), "utf8");
  return {
    name: "ops",
    modules: [{ type: "ESModule" as const, path: "ops.mjs", contents }],
    compatibilityDate: opsCompatibility.date,
    compatibilityFlags: [...opsCompatibility.flags],
    bindings: { [opsVariable]: OPS, [opsStores.signingKey]: SIGNING_KEY, [opsStores.familyKeys]: FAMILY_KEYS },
    r2Buckets: { [opsStores.archive]: "archive" },
    kvNamespaces: { [opsStores.records]: "records" },
    queueProducers: { [opsStores.events]: "events" },
    durableObjects: Object.fromEntries(
      opsObjects
        .filter(({ className }) => contents.includes(`${className},`) || contents.includes(`as ${className}`))
        .map(({ name, className }) => [name, { className, useSQLite: true }]),
    ),
  };
}
