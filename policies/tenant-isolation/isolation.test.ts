import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../kit/evaluate.ts";
import { Graph, type Node } from "../kit/graph.ts";
import { unknown } from "../kit/value.ts";
import { graph, node, tenant } from "../testing/node.ts";
import { tenantIsolation } from "./pack.ts";

const seed = Number(process.env.CHITTYOPS_TEST_SEED);
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{2,8}(-[a-z0-9]{1,3})?$/), { minLength: 2, maxLength: 4 });

function found(nodes: readonly Node[]): string[] {
  return evaluate(graph(...nodes), [tenantIsolation])
    .filter(({ state }) => state !== "pass" && state !== "not-applicable")
    .map(({ rule, state, node }) => `${rule.id} ${state} ${node.name}`);
}

/** The two tenants with a part of the first one's changed. */
function changed(part: string, change: (node: Node) => Partial<Node>): Node[] {
  const nodes = [...tenant("acme"), ...tenant("acme2")];
  return nodes.map((node) => (node.name === part ? { ...node, ...change(node) } : node));
}

const urn = (name: string) => tenant("acme2").find((node) => node.name === name)?.urn ?? "";
const bind = (binding: { [key: string]: string | typeof unknown }) => (node: Node) => ({
  props: { ...node.props, bindings: [...((node.props.bindings as []) ?? []), binding] },
});

describe("isolation of tenants", () => {
  test("clean tenants stay clean together, and one edge across is found, in 1,000 random graphs", () => {
    fc.assert(
      fc.property(ids, fc.nat(), fc.nat(), (names, from, to) => {
        const [first = [], second = [], ...more] = names.map(tenant);
        const nodes = [...first, ...second, ...more.flat()];
        expect(found(nodes)).toEqual([]);
        const source = first[from % first.length];
        const target = second[to % second.length];
        const crossed = nodes.map((node) =>
          node === source && target !== undefined
            ? { ...node, dependencies: [...node.dependencies, target.urn] }
            : node,
        );
        expect(found(crossed)).toEqual([`tenant-edges-stay fail ${source?.name}`]);
      }),
      { numRuns: 1000, ...(Number.isFinite(seed) && { seed }) },
    );
  });

  test.each<[string, Node[], string]>([
    [
      "a literal id of another",
      changed("acme-script", bind({ name: "X", type: "kv_namespace", namespaceId: "kv of acme2" })),
      "tenant-literal-ids fail acme-script",
    ],
    [
      "an id of nothing",
      changed("acme-script", bind({ name: "X", type: "kv_namespace", namespaceId: "f00" })),
      "tenant-literal-ids undetermined acme-script",
    ],
    [
      "an unknown id that an edge explains",
      changed("acme-script", (node) => ({
        ...bind({ name: "X", type: "d1", id: unknown })(node),
        propertyDependencies: { bindings: [urn("acme2-kv")] },
      })),
      "tenant-edges-stay fail acme-script",
    ],
    [
      "a service of another",
      changed("acme-script", bind({ name: "X", type: "service", service: "acme2-script" })),
      "tenant-no-calls-across fail acme-script",
    ],
    [
      "an inherited binding",
      changed("acme-script", bind({ name: "X", type: "inherit" })),
      "tenant-no-inherited-binding fail acme-script",
    ],
    [
      "a name that says another",
      changed("acme-kv", () => ({ name: "acme2-store" })),
      "tenant-one-owner fail acme2-store",
    ],
    [
      "a host in capitals",
      changed("acme-domain", (node) => ({ props: { ...node.props, hostname: "ACME2.example.com" } })),
      "tenant-one-hostname-owner fail acme-domain",
    ],
    [
      "the same origin",
      changed("acme-hyperdrive", (node) => ({
        props: { ...node.props, origin: { host: "acme2.neon.tech", database: "main", user: "acme2" } },
      })),
      "tenant-hyperdrive-origin fail acme-hyperdrive",
    ],
    [
      "no limit",
      changed("acme-script", (node) => ({ props: { ...node.props, limits: {} } })),
      "tenant-bounded-use fail acme-script",
    ],
    [
      "an alias of another",
      changed("acme-kv", (node) => ({ options: { ...node.options, aliases: [urn("acme2-kv")] } })),
      "tenant-aliases-keep-owner fail acme-kv",
    ],
  ])("finds %s", (_, nodes, expected) => {
    expect(found(nodes)).toContain(expected);
  });

  test("knows the tenants of the registry, where it is told them", () => {
    const nodes = [...tenant("acme"), ...tenant("acme2")];
    const refused = (tenants: string[]) => {
      const known = new Graph(nodes, { name: "prod", environment: "prod", tenants });
      return evaluate(known, [tenantIsolation]).filter(({ state }) => state === "fail");
    };
    expect(refused(["acme", "acme2"])).toEqual([]);
    const others = refused(["acme"]);
    expect(new Set(others.map(({ rule }) => rule.id))).toEqual(new Set(["tenant-one-owner"]));
    expect(others.map(({ node }) => node.name)).toEqual(tenant("acme2").map(({ name }) => name));
    // The registry knows a tenant that no component here is: the name is that tenant's.
    const odd = nodes.map((node) => (node.name === "acme-kv" ? { ...node, name: "acme-labs-kv" } : node));
    const known = new Graph(odd, { name: "prod", environment: "prod", tenants: ["acme", "acme2", "acme-labs"] });
    const found = evaluate(known, [tenantIsolation]).filter(({ state }) => state === "fail");
    expect(found.map(({ node }) => node.name)).toEqual(["acme-labs-kv"]);
  });

  test.each([
    ["com.cloudflare.edge.r2.bucket.0a1b_default_acme.files_1", []],
    ["com.cloudflare.edge.r2.bucket.0a1b_fedramp-high_acme2_files", ["tenant-token-scope fail acme-token"]],
    // A bucket that ends like one of its own is another one.
    ["com.cloudflare.edge.r2.bucket.0a1b_default_other_acme.files_1", ["tenant-token-scope fail acme-token"]],
    ["com.cloudflare.api.account.worker.acme.api_v1", []],
    ["com.cloudflare.api.account.worker.acme2.api_v1", ["tenant-token-scope fail acme-token"]],
  ])("reads whose %s is", (name, expected) => {
    const part = (type: string, owner: string, suffix: string, props: Node["props"]) =>
      node(`cloudflare:index/x:${type}`, `${owner}-${suffix}`, { parent: tenant(owner)[0]?.urn ?? "", props });
    const nodes = [
      ...tenant("acme"),
      ...tenant("acme2"),
      part("R2Bucket", "acme", "files", { name: "acme.files_1" }),
      part("R2Bucket", "acme2", "files", { name: "acme2_files" }),
      part("Worker", "acme", "api", { name: "acme.api_v1" }),
      part("Worker", "acme2", "api", { name: "acme2.api_v1" }),
      part("AccountToken", "acme", "token", { policies: [{ resources: JSON.stringify({ [name]: "*" }) }] }),
    ];
    expect(found(nodes)).toEqual(expected);
  });
});
