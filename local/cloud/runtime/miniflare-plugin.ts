import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  D1_PLUGIN,
  type Extension,
  KV_PLUGIN,
  kVoid,
  type ParsedInstanceOptions,
  type ParsedWorkerOptions,
  type Plugin,
  R2_PLUGIN,
  RATELIMIT_PLUGIN,
  type Service,
  type ServiceDesignator,
  type Worker_Binding,
} from "miniflare";

/**
 * What Miniflare's own binding types cannot say, as `unsafe:` bindings (Miniflare's extension point for plugins):
 * stores that live in another workerd, a queue whose broker is the daemon, bindings that are unavailable here.
 */
export type PluginBinding =
  /** A store of the storage instance, in Miniflare's own binding shape; reached through the link Worker. */
  | { kind: "stored"; binding: { type: "kv" | "d1" | "r2" | "rate-limit"; [field: string]: unknown } }
  /** workerd's access to the debug ports of other workerd processes. */
  | { kind: "debug-port" }
  /** Producer of a queue whose broker listens at `address`. */
  | { kind: "queue"; address: string; queueId: string; secret: string }
  /** Implemented by `modules/<module>.worker.mjs`, which gets `settings` and a fetcher to an entrypoint of the link Worker. */
  | { kind: "wrapped"; module: WrappedModule; settings: Record<string, unknown>; link?: LinkTarget }
  /** A Workflow whose engine runs beside the script that implements it. */
  | { kind: "workflow"; link: LinkTarget };

type WrappedModule = "unavailable" | "secrets-store-secret" | "dispatch-namespace";

interface LinkTarget {
  entrypoint: string;
  props: Record<string, unknown>;
}

const linkService = "core:user:link";
const wrappedModules: WrappedModule[] = ["unavailable", "secrets-store-secret", "dispatch-namespace"];

/** The value of a Worker's `env` entry for this plugin. */
export function pluginBinding(binding: PluginBinding): {
  type: `unsafe:${string}`;
  dev: { plugin: { package: string; name: string }; options: Record<string, unknown> };
} {
  return {
    type: "unsafe:chittyops",
    dev: { plugin: { package: import.meta.filename, name: "chittyops" }, options: { ...binding } },
  };
}

const storedPlugins = { kv: KV_PLUGIN, d1: D1_PLUGIN, r2: R2_PLUGIN, "rate-limit": RATELIMIT_PLUGIN };

function bindingsOf(options: ParsedWorkerOptions): [name: string, binding: PluginBinding][] {
  return Object.entries(options.config.env ?? {}).flatMap(([name, binding]) =>
    binding.type === "unsafe:chittyops" && "dev" in binding
      ? [[name, (binding.dev as { options: PluginBinding }).options]]
      : [],
  );
}

/** Lets Miniflare build the binding as for a store shared between instances, then points it at our link instead of its registry. */
async function storedBinding(
  name: string,
  binding: PluginBinding & { kind: "stored" },
  workerIndex: number,
): Promise<Worker_Binding[]> {
  const worker = { config: { name: "", env: { [name]: binding.binding } } } as unknown as ParsedWorkerOptions;
  const instance = { unsafeEnableSharedStorage: true, resourcePersistencePath: "/" } as ParsedInstanceOptions;
  const made = (await storedPlugins[binding.binding.type].getBindings(worker, instance, workerIndex)) ?? [];
  return made.map((one) => relink(one) as Worker_Binding);
}

function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink);
  if (typeof value !== "object" || value === null) return value;
  if ("entrypoint" in value && value.entrypoint === "ExternalServiceProxy") {
    return { ...value, name: linkService, entrypoint: "Storage" };
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, relink(inner)]));
}

const chittyops: Plugin = {
  async getBindings(options, _instance, workerIndex) {
    const bindings = await Promise.all(
      bindingsOf(options).map(async ([name, binding]): Promise<Worker_Binding[]> => {
        switch (binding.kind) {
          case "stored":
            return storedBinding(name, binding, workerIndex);
          case "debug-port":
            return [{ name, workerdDebugPort: kVoid }];
          case "queue":
            return [{ name, queue: { name: queueService(binding.queueId) } }];
          case "wrapped":
            return [
              { name, wrapped: { moduleName: `chittyops:${binding.module}`, innerBindings: innerBindings(binding) } },
            ];
          case "workflow": {
            const innerBindings = [{ name: "binding", service: linkDesignator(binding.link) }];
            return [{ name, wrapped: { moduleName: "workflows:local-wrapped-binding", innerBindings } }];
          }
        }
      }),
    );
    return bindings.flat();
  },
  getNodeBindings: () => ({}),
  getServices: ({ options }) =>
    bindingsOf(options).flatMap(([, binding]): Service[] => {
      if (binding.kind !== "queue") return [];
      const injectRequestHeaders = [
        { name: "x-chittyops-queue", value: binding.queueId },
        { name: "authorization", value: `Bearer ${binding.secret}` },
      ];
      return [
        { name: queueService(binding.queueId), external: { address: binding.address, http: { injectRequestHeaders } } },
      ];
    }),
  getExtensions: async (options): Promise<Extension[]> => [
    {
      modules: wrappedModules.map((name) => ({
        name: `chittyops:${name}`,
        esModule: moduleSource(name),
        internal: true,
      })),
    },
    ...((await rateLimitExtension(options)) ?? []),
  ],
};

function innerBindings({ settings, link }: PluginBinding & { kind: "wrapped" }): Worker_Binding[] {
  const bindings: Worker_Binding[] = [{ name: "settings", json: JSON.stringify(settings) }];
  if (link) bindings.push({ name: "link", service: linkDesignator(link) });
  return bindings;
}

function linkDesignator({ entrypoint, props }: LinkTarget): ServiceDesignator {
  return { name: linkService, entrypoint, props: { json: JSON.stringify(props) } };
}

function queueService(queueId: string): string {
  return `chittyops:queue:${queueId}`;
}

function moduleSource(name: WrappedModule): string {
  return readFileSync(join(import.meta.dirname, "modules", `${name}.worker.mjs`), "utf8");
}

/** Miniflare offers its rate limit module only to instances that use its own binding type. */
async function rateLimitExtension(options: { options: ParsedWorkerOptions[] }): Promise<Extension[] | undefined> {
  const used = options.options.some((worker) =>
    bindingsOf(worker).some(([, binding]) => binding.kind === "stored" && binding.binding.type === "rate-limit"),
  );
  if (!used) return undefined;
  const binding = { type: "rate-limit", namespace: "", simple: { limit: 1, period: 10 } };
  const worker = { config: { name: "", env: { RATE_LIMIT: binding } } } as unknown as ParsedWorkerOptions;
  return RATELIMIT_PLUGIN.getExtensions?.({ options: [worker] });
}

/**
 * What Miniflare loads by the file's name.
 * @public
 */
export const plugins = { chittyops };
