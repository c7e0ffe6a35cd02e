import { type Graph, kindOf, type Node, push, read, records, shared } from "./graph.ts";
import { Undetermined, type Value } from "./value.ts";

/** A place where a resource names another one. */
export interface Reference {
  /** First level of the path, by which the engine records dependencies. */
  property: string;
  /** e.g. `binding SESSIONS`. */
  what: string;
  value: Value | undefined;
  /** What it may name. */
  kinds: readonly string[];
  /** Whether requests, rather than data, cross it. */
  calls: boolean;
}

type Shape = readonly [key: string, kind: string, calls?: true];

const bindings: Readonly<Record<string, Shape>> = {
  kv_namespace: ["namespaceId", "WorkersKvNamespace"],
  r2_bucket: ["bucketName", "R2Bucket"],
  d1: ["id", "D1Database"],
  queue: ["queueName", "Queue"],
  hyperdrive: ["id", "HyperdriveConfig"],
  service: ["service", "WorkersScript", true],
  durable_object_namespace: ["scriptName", "WorkersScript", true],
  dispatch_namespace: ["namespace", "WorkersForPlatformsDispatchNamespace", true],
};

const properties: Readonly<Record<string, readonly Shape[]>> = {
  QueueConsumer: [
    ["queueId", "Queue"],
    ["scriptName", "WorkersScript"],
    ["deadLetterQueue", "Queue"],
  ],
  WorkersRoute: [["script", "WorkersScript", true]],
  WorkersCustomDomain: [["service", "WorkersScript", true]],
  WorkersCronTrigger: [["scriptName", "WorkersScript"]],
  R2BucketLifecycle: [["bucketName", "R2Bucket"]],
  R2BucketLock: [["bucketName", "R2Bucket"]],
  SnapshotSchedule: [["projectId", "Project"]],
  Branch: [["projectId", "Project"]],
};

/** Everything a resource names. @throws Undetermined where its list of bindings is not known. */
export function references(node: Node): Reference[] {
  const kind = kindOf(node.type);
  const named = (properties[kind] ?? []).flatMap(([key, target, calls]) =>
    node.props[key] === undefined ? [] : [reference(key, key, node.props[key], target, calls)],
  );
  if (kind !== "WorkersScript") return named;
  const bound = records(node, "bindings").flatMap((binding) => {
    const shape = typeof binding.type === "string" ? bindings[binding.type] : undefined;
    if (shape === undefined || binding[shape[0]] === undefined) return [];
    return [reference("bindings", `binding ${String(binding.name)}`, binding[shape[0]], shape[1], shape[2])];
  });
  const tails = records(node, "tailConsumers").map(({ service }) =>
    reference("tailConsumers", "tail consumer", service, "WorkersScript", true),
  );
  return [...named, ...bound, ...tails];
}

function reference(property: string, what: string, value: Value | undefined, kind: string, calls?: true): Reference {
  return { property, what, value, kinds: [kind], calls: calls === true };
}

/** Whether a resource may use another: its own tenant's, or what is declared shared. */
export function mayUse(graph: Graph, node: Node, target: Node): boolean {
  const owner = graph.owner(target);
  return owner === shared || owner === graph.owner(node);
}

/** Names a resource and whose it is. */
export function whose(graph: Graph, node: Node): string {
  return `${node.name}, which belongs to ${graph.owner(node) ?? "nobody"}`;
}

/** Finds others that claim the same thing. `claims` gives what a resource claims; `key` is its own among all rules. */
export function sharedClaims(
  graph: Graph,
  key: string,
  node: Node,
  claims: (node: Node) => readonly string[],
): { claim: string; other: Node }[] {
  const all = graph.memo(`claims:${key}`, () => {
    const found = new Map<string, Node[]>();
    for (const each of graph.nodes) for (const claim of claimsOf(each, claims)) push(found, claim, each);
    return found;
  });
  return claims(node).flatMap((claim) =>
    (all.get(claim) ?? []).filter((other) => other !== node).map((other) => ({ claim, other })),
  );
}

/** Finds others that claim the same thing for another tenant; see `sharedClaims`. */
export function claimedByOthers(
  graph: Graph,
  key: string,
  node: Node,
  claims: (node: Node) => readonly string[],
): { claim: string; other: Node }[] {
  return sharedClaims(graph, key, node, claims).filter(({ other }) => graph.owner(other) !== graph.owner(node));
}

function claimsOf(node: Node, claims: (node: Node) => readonly string[]): readonly string[] {
  try {
    return claims(node);
  } catch (error) {
    if (!(error instanceof Undetermined)) throw error;
    // An unknown claim is reported for the resource that makes it.
    return [];
  }
}

/** A text of a resource. @throws Undetermined */
export function text(node: Node, ...path: readonly (string | number)[]): string | undefined {
  const value = read(node, ...path);
  return typeof value === "string" ? value : undefined;
}
