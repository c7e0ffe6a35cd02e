import { Graph, type Node } from "../kit/graph.ts";

/** A resource for a test; its URN follows from its type and name. */
export function node(type: string, name: string, rest: Partial<Node> = {}): Node {
  return {
    urn: urnOf(type, name),
    type,
    name,
    props: {},
    options: { protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] },
    dependencies: [],
    propertyDependencies: {},
    ...rest,
  };
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:prod::fleet::${type}::${name}`;
}

export function graph(...nodes: readonly Node[]): Graph {
  return new Graph(nodes, { name: "prod", environment: "prod" });
}

/** A tenant with nothing wrong: a store, a database behind Hyperdrive, and a script that binds both. */
export function tenant(id: string): Node[] {
  const home = node("chittyops:index:Tenant", id, { props: { tenant: id } });
  const parent = home.urn;
  const store = node("cloudflare:index/workersKvNamespace:WorkersKvNamespace", `${id}-kv`, {
    parent,
    props: { id: `kv of ${id}`, title: `${id}-kv` },
  });
  const hyperdrive = node("cloudflare:index/hyperdriveConfig:HyperdriveConfig", `${id}-hyperdrive`, {
    parent,
    props: {
      id: `hyperdrive of ${id}`,
      origin: { host: `${id}.neon.tech`, database: "main", user: id },
      originConnectionLimit: 5,
    },
  });
  const script = node("cloudflare:index/workersScript:WorkersScript", `${id}-script`, {
    parent,
    props: {
      scriptName: `${id}-script`,
      limits: { cpuMs: 50, subrequests: 50 },
      bindings: [
        { name: "STORE", type: "kv_namespace", namespaceId: `kv of ${id}` },
        { name: "DB", type: "hyperdrive", id: `hyperdrive of ${id}` },
        { name: "LIMIT", type: "ratelimit" },
      ],
    },
    dependencies: [store.urn, hyperdrive.urn],
    propertyDependencies: { bindings: [store.urn, hyperdrive.urn] },
  });
  const domain = node("cloudflare:index/workersCustomDomain:WorkersCustomDomain", `${id}-domain`, {
    parent,
    props: { hostname: `${id}.example.com`, service: `${id}-script` },
    dependencies: [script.urn],
  });
  return [home, store, hyperdrive, script, domain];
}
