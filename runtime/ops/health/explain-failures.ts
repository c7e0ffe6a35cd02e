import type { Dependency } from "../../../contracts/registry-record.ts";

/** A service as its failing or not explains that of others. */
export interface FailureNode {
  name: string;
  /** Whether it is watched at all. */
  watched: boolean;
  /** When its checks began to be bad; absent while they are good. */
  failingSince?: number | undefined;
  dependencies: readonly Dependency[];
  /** Domain that its host is below, e.g. `chitty.cc`. */
  zone?: string | undefined;
}

/** Something that nobody watches by itself, and that has to be what is wrong: everything that needs it fails at once. */
interface InferredFailure {
  kind: "database" | "zone";
  name: string;
  since: number;
  /** Those that it explains, sorted. */
  services: string[];
}

export interface Explanation {
  inferred: InferredFailure[];
  /** What explains that a service fails, e.g. `database chittyschema/core`; undefined: it is a fault of its own. */
  causeOf(name: string): string | undefined;
}

/** What fails because of the same thing begins to fail within this time, in milliseconds. */
const together = 10 * 60_000;

/** How many have to fail, and what share of all that need it, before something is taken to be what is wrong. */
const thresholds = { database: { count: 2, share: 0.5 }, zone: { count: 4, share: 0.9 } };

/** Finds out which failures are the same one: a dead database or service is one fault, however many need it. */
export function explainFailures(nodes: readonly FailureNode[]): Explanation {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const inferred = infer(nodes);
  const failing = (name: string) => byName.get(name)?.failingSince;
  const near = (name: string, since: number) =>
    Math.abs((failing(name) ?? Number.NEGATIVE_INFINITY) - since) <= together;
  const causes = (node: FailureNode, since: number) =>
    node.dependencies.flatMap(({ kind, name }) => (kind === "service" && near(name, since) ? [name] : []));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    const node = byName.get(from);
    if (node?.failingSince === undefined || seen.has(from)) return false;
    seen.add(from);
    return causes(node, node.failingSince).some((next) => next === to || reaches(next, to, seen));
  };
  return {
    inferred,
    causeOf(name) {
      const node = byName.get(name);
      if (node?.failingSince === undefined) return undefined;
      const { failingSince } = node;
      const common = inferred.find(({ services }) => services.includes(name));
      if (common !== undefined) return `${common.kind} ${common.name}`;
      const direct = causes(node, failingSince);
      const outside = direct.find((other) => !reaches(other, name));
      // Where services need each other in a circle, the first that failed is the one to be told of.
      const circle = nodes.filter((other) => reaches(name, other.name) && reaches(other.name, name));
      const [first] = circle.toSorted(
        (a, b) => (a.failingSince ?? 0) - (b.failingSince ?? 0) || (a.name < b.name ? -1 : 1),
      );
      const cause = outside ?? (first?.name === name ? undefined : first?.name);
      return cause && `service ${cause}`;
    },
  };
}

/** The best explanation, then the best of what it does not explain. */
function infer(nodes: readonly FailureNode[]): InferredFailure[] {
  const watched = nodes.filter((node) => node.watched);
  const found: InferredFailure[] = [];
  const explained = new Set<string>();
  for (;;) {
    const best = candidates(watched, explained)
      .filter(
        ({ kind, services, share }) => services.length >= thresholds[kind].count && share >= thresholds[kind].share,
      )
      .sort((a, b) => b.services.length - a.services.length || b.share - a.share || (key(a) < key(b) ? -1 : 1))[0];
    if (best === undefined) return found;
    const { share: _, ...inferred } = best;
    found.push(inferred);
    for (const name of inferred.services) explained.add(name);
  }
}

/** A database comes before a domain that explains as much: it says more. */
const key = ({ kind, name }: { kind: string; name: string }): string => `${kind} ${name}`;

function candidates(watched: readonly FailureNode[], explained: ReadonlySet<string>) {
  const needs = new Map<string, { kind: InferredFailure["kind"]; name: string; members: FailureNode[] }>();
  for (const node of watched) {
    const databases = node.dependencies.filter(({ kind }) => kind === "database").map(({ name }) => name);
    for (const [kind, name] of [
      ...databases.map((database) => ["database", database] as const),
      ...(node.zone === undefined ? [] : [["zone", node.zone] as const]),
    ]) {
      const known = needs.get(key({ kind, name })) ?? { kind, name, members: [] };
      known.members.push(node);
      needs.set(key({ kind, name }), known);
    }
  }
  return [...needs.values()].map(({ kind, name, members }) => {
    const failing = members.filter((node) => node.failingSince !== undefined && !explained.has(node.name));
    const cluster = largestCluster(failing);
    // Those that fail for another reason say nothing about this one.
    const others = members.filter((node) => node.failingSince === undefined).length;
    return {
      kind,
      name,
      since: Math.min(...cluster.map((node) => node.failingSince ?? 0)),
      services: cluster.map((node) => node.name).sort(),
      share: cluster.length / Math.max(1, cluster.length + others),
    };
  });
}

/** The most that began to fail at about the same time. */
function largestCluster(failing: readonly FailureNode[]): FailureNode[] {
  const since = (node: FailureNode) => node.failingSince ?? 0;
  const sorted = failing.toSorted((a, b) => since(a) - since(b));
  let best: FailureNode[] = [];
  for (const [index, first] of sorted.entries()) {
    const cluster = sorted.slice(index).filter((node) => since(node) - since(first) <= together);
    if (cluster.length > best.length) best = cluster;
  }
  return best;
}
