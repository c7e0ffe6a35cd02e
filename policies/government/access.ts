import { type Graph, kindOf, type Node, records } from "../kit/graph.ts";
import { isRecord, Undetermined, unknown, type Value } from "../kit/value.ts";
import { handlesCji } from "./handles-cji.ts";
import { fields, list } from "./known.ts";

const hostProperty: Readonly<Record<string, string>> = { WorkersCustomDomain: "hostname", WorkersRoute: "pattern" };

/** Kinds of resources that a host is reached by. */
export const hostKinds = Object.keys(hostProperty);

/** The host of a custom domain or a route, in lower case. @throws Undetermined */
export function hostOf(node: Node): string {
  const property = hostProperty[kindOf(node.type)] ?? "hostname";
  const value = node.props[property];
  if (value === unknown) throw new Undetermined(`${property} is not known yet`);
  return String(value).split("/")[0]?.toLowerCase() ?? "";
}

/** Access applications that guard every path of a host. @throws Undetermined where none is known to, and one does not say yet what it guards. */
export function applicationsFor(host: string, graph: Graph): Node[] {
  const all = graph
    .ofKind("ZeroTrustAccessApplication")
    .map((application) => [application, guarded(application)] as const);
  const found = all.filter(([, addresses]) => addresses.includes(host)).map(([application]) => application);
  if (found.length === 0 && all.some(([, addresses]) => addresses.includes(unknown)))
    throw new Undetermined("what an Access application guards is not known yet");
  return found;
}

/** Addresses without a path, in lower case; unknown for one that is not known yet. */
function guarded({ props }: Node): Value[] {
  const addresses: Value[] = [];
  for (const property of ["domain", "selfHostedDomains", "destinations"]) {
    const value = props[property];
    if (Array.isArray(value)) addresses.push(...(value as readonly Value[]).map(bare));
    else if (value !== undefined) addresses.push(bare(value));
  }
  return addresses;
}

function bare(value: Value): Value {
  const address = isRecord(value) ? (value.uri ?? null) : value;
  return typeof address === "string" ? address.toLowerCase().replace(/\/\*?$/, "") : address;
}

/** A policy as an application has it: written into it, or a resource of its own. */
interface AccessPolicy {
  name: string;
  /** Absent for one that is written into an application. */
  node?: Node;
  fields: Readonly<Record<string, Value>>;
}

/** The policies of an application. @throws Undetermined where the stack does not have one of them. */
export function policiesOf(application: Node, graph: Graph): AccessPolicy[] {
  const found = new Map<string, AccessPolicy>();
  for (const [index, entry] of records(application, "policies").entries()) {
    if (entry.decision !== undefined) {
      found.set(`#${index}`, { name: String(entry.name ?? `policy ${index + 1}`), fields: entry });
      continue;
    }
    const nodes = graph.referred(application, "policies", entry.id, ["ZeroTrustAccessPolicy"]);
    if (nodes.length === 0) throw new Undetermined(`policy ${index + 1} names nothing of this stack`);
    for (const node of nodes) found.set(node.urn, { name: node.name, node, fields: node.props });
  }
  return [...found.values()];
}

/** The conditions of a policy that let somebody in, each as the name of its kind. @throws Undetermined */
export function conditionsOf(policy: AccessPolicy, parts: readonly ("includes" | "requires")[]): string[] {
  return parts.flatMap((part) =>
    list(policy.fields[part], part).flatMap((condition) =>
      Object.entries(fields(condition, part)).flatMap(([kind, value]) => (value === null ? [] : [kind])),
    ),
  );
}

/** The policy that a resource is, or those that are written into an application. @throws Undetermined */
export function ownPolicies(node: Node, graph: Graph): AccessPolicy[] {
  if (kindOf(node.type) === "ZeroTrustAccessPolicy") return [{ name: node.name, node, fields: node.props }];
  return policiesOf(node, graph).filter((policy) => policy.node === undefined);
}

/** Whether an application or a policy decides who reaches criminal justice information. @throws Undetermined */
export function guardsCji(node: Node, graph: Graph): boolean {
  if (handlesCji(node, graph)) return true;
  const guards = graph.memo("guards", () => {
    const hosts = hostKinds.flatMap((kind) => graph.ofKind(kind)).filter((host) => handlesCji(host, graph));
    const applications = hosts.flatMap((host) => applicationsFor(hostOf(host), graph));
    return new Set([...applications, ...applications.flatMap((one) => policiesOf(one, graph).map(({ node }) => node))]);
  });
  return guards.has(node);
}
