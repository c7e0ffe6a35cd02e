import { readFileSync } from "node:fs";
import { join } from "node:path";
import { courtStandInBundle } from "../../../contracts/court-stand-in.ts";
import {
  type LiteChild,
  type LiteChildInput,
  liteChildBindings,
  liteChildBundle,
  liteChildCompatibility,
  liteChildVariable,
} from "../../../contracts/lite-child.ts";
import { childKey, laterRootKey, rootKey } from "./children.ts";

const repositoryRoot = join(import.meta.dirname, "../../..");

/** The Worker as a component binds it. @param budgetClass what stands behind the budget's binding @param keyVersion of a court's root key */
export function workerOf(child: LiteChildInput, budgetClass: string, keyVersion = 1) {
  const bindings = liteChildBindings[child.family as LiteChild["family"]];
  const named = (kind: string) => bindings.flatMap((binding) => (binding.kind === kind ? [binding.name] : []));
  const queues = named("queue");
  const bundle = readFileSync(join(repositoryRoot, liteChildBundle), "utf8");
  const broken =
    'import { DurableObject } from "cloudflare:workers"; export class NoSuchMethods extends DurableObject {}';
  return {
    name: child.child,
    routes: [`${child.child}.test/*`],
    modules: [
      {
        type: "ESModule" as const,
        path: "index.mjs",
        contents: 'export { default } from "./child.mjs"; export * from "./child.mjs"; export * from "./broken.mjs";',
      },
      { type: "ESModule" as const, path: "child.mjs", contents: bundle },
      { type: "ESModule" as const, path: "broken.mjs", contents: broken },
    ],
    compatibilityDate: liteChildCompatibility.date,
    compatibilityFlags: [...liteChildCompatibility.flags],
    bindings: {
      [liteChildVariable]: JSON.stringify(child.family === "cook-county" ? { ...child, keyVersion } : child),
      CHILD_KEY: childKey,
      ROOT_KEY: JSON.stringify(keyVersion === 1 ? { 1: rootKey } : { 1: rootKey, [keyVersion]: laterRootKey }),
    },
    kvNamespaces: Object.fromEntries(named("kv").map((name) => [name, `${child.child}-${name}`])),
    r2Buckets: Object.fromEntries(named("r2").map((name) => [name, `${child.child}-${name.toLowerCase()}`])),
    queueProducers: Object.fromEntries(queues.map((name) => [name, `${child.child}-custody`])),
    queueConsumers: Object.fromEntries(queues.map(() => [`${child.child}-custody`, { maxBatchTimeout: 0 }])),
    ratelimits: { RATE_LIMIT: { namespace_id: "1001", simple: { limit: 1_000, period: 60 as const } } },
    durableObjects: Object.fromEntries(
      bindings.flatMap((binding) =>
        binding.kind === "durable-object"
          ? [
              [
                binding.name,
                { className: binding.name === "BUDGET" ? budgetClass : binding.className, useSQLite: true },
              ],
            ]
          : [],
      ),
    ),
    ...(child.child === "court" && { outboundService: "efile" }),
  };
}

/** What stands in for the court's system, which gets the child's public keys from the child. */
export function courtSystem() {
  const bundle = readFileSync(join(repositoryRoot, courtStandInBundle), "utf8");
  const COURT = JSON.stringify({ system: "efile", children: { court: "http://court.test/.well-known/jwks.json" } });
  return {
    name: "efile",
    routes: ["efile.test/*"],
    modules: [{ type: "ESModule" as const, path: "index.mjs", contents: bundle }],
    compatibilityDate: liteChildCompatibility.date,
    compatibilityFlags: [...liteChildCompatibility.flags],
    bindings: { COURT },
    kvNamespaces: ["FILINGS"],
    outboundService: "court",
  };
}
