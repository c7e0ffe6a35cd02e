import { isRecord, Undetermined, unknown, type Value } from "./value.ts";

/** The options of a resource that a policy may see. `retainOnDelete`, `replaceOnChanges` and `deletedWith` never reach one. */
interface NodeOptions {
  protect: boolean;
  ignoreChanges: readonly string[];
  /** URNs. */
  aliases: readonly string[];
  additionalSecretOutputs: readonly string[];
}

export interface Node {
  urn: string;
  /** Type token, e.g. `cloudflare:index/r2Bucket:R2Bucket`. */
  type: string;
  name: string;
  /** Outputs over inputs. */
  props: Readonly<Record<string, Value>>;
  /** URN. */
  parent?: string | undefined;
  /** URN of its provider, with or without an id. */
  provider?: string | undefined;
  options: NodeOptions;
  /** URNs. */
  dependencies: readonly string[];
  /** URNs by property of the first level. */
  propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** The stack that a graph is of. */
interface Stack {
  name: string;
  environment: string;
  /** Ids of the tenants that the registry of tenants knows; absent where nobody says. */
  tenants?: readonly string[] | undefined;
}

/** What holds for everything below no component that says it is a tenant's own. */
export const shared = "shared";

/** Names that others are referred to by, besides `id`. */
const identities = ["id", "queueId", "name", "queueName", "scriptName", "namespaceName", "title", "host"] as const;

/** The resources of one stack, or of several, with what joins them. Built once, and read by every rule. */
export class Graph {
  readonly nodes: readonly Node[];
  readonly stack: Stack;
  readonly #byUrn: Map<string, Node>;
  readonly #byKind = new Map<string, Node[]>();
  readonly #byIdentity = new Map<string, Node[]>();
  readonly #memos = new Map<string, unknown>();
  readonly #owners = new Map<string, string | undefined>();

  /** `environment` is the stack's, for what no component says one of. */
  constructor(nodes: readonly Node[], stack: Stack) {
    this.nodes = nodes;
    this.stack = stack;
    this.#byUrn = new Map(nodes.map((node) => [node.urn, node]));
    for (const node of nodes) {
      push(this.#byKind, kindOf(node.type), node);
      const values = new Set(identities.map((key) => node.props[key]).filter((id) => typeof id === "string"));
      for (const value of values) push(this.#byIdentity, value, node);
    }
  }

  node(urn: string): Node | undefined {
    return this.#byUrn.get(urn);
  }

  /** By the last part of the type token, e.g. `WorkersScript`. */
  ofKind(kind: string): readonly Node[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** From the parent to the root. */
  *ancestors(node: Node): Generator<Node> {
    const seen = new Set([node.urn]);
    for (let urn = node.parent; urn !== undefined && !seen.has(urn); ) {
      seen.add(urn);
      const parent = this.#byUrn.get(urn);
      if (parent === undefined) return;
      yield parent;
      urn = parent.parent;
    }
  }

  /** An input of the nearest component of ours that has it, the node itself included. */
  declared(node: Node, property: string): string | undefined {
    for (const candidate of [node, ...this.ancestors(node)]) {
      if (!candidate.type.startsWith("chittyops:")) continue;
      const value = candidate.props[property];
      if (value === unknown) throw new Undetermined(`${property} of ${candidate.name} is not known yet`);
      if (typeof value === "string") return value;
    }
    return undefined;
  }

  /** The tenant a resource belongs to, `shared`, or undefined where nobody says so. */
  owner(node: Node): string | undefined {
    if (!this.#owners.has(node.urn)) this.#owners.set(node.urn, this.declared(node, "tenant"));
    return this.#owners.get(node.urn);
  }

  dataClass(node: Node): string | undefined {
    return this.declared(node, "dataClass");
  }

  environment(node: Node): string {
    return this.declared(node, "environment") ?? this.stack.environment;
  }

  /** Ids of the tenants that components here say they belong to. */
  get tenants(): ReadonlySet<string> {
    return this.memo("tenants", () => {
      const named = this.nodes.flatMap(({ type, props: { tenant } }) =>
        type.startsWith("chittyops:") && typeof tenant === "string" && tenant !== shared ? [tenant] : [],
      );
      return new Set(named);
    });
  }

  /** What a rule has to look at the whole graph for, made once for all resources. */
  memo<T>(key: string, make: () => T): T {
    if (!this.#memos.has(key)) this.#memos.set(key, make());
    return this.#memos.get(key) as T;
  }

  /** The resources of a kind that a value names by id or name. */
  named(value: string, kinds?: readonly string[]): Node[] {
    const found = this.#byIdentity.get(value) ?? [];
    return kinds === undefined ? found : found.filter(({ type }) => kinds.includes(kindOf(type)));
  }

  /**
   * What a value of a property refers to: joined by value where it is known, else along the edges of that property.
   * Empty where a known value matches nothing.
   *
   * @throws Undetermined where an unknown value has no edge to a resource of these kinds.
   */
  referred(node: Node, property: string, value: Value | undefined, kinds?: readonly string[]): Node[] {
    const along = () =>
      (node.propertyDependencies[property] ?? []).flatMap((urn) => {
        const target = this.#byUrn.get(urn);
        return target !== undefined && (kinds === undefined || kinds.includes(kindOf(target.type))) ? [target] : [];
      });
    if (typeof value === "string") {
      const named = this.named(value, kinds);
      // A preview shows no ids, and not every provider has them among the outputs.
      return named.length > 0 ? named : along().filter(({ props }) => props.id === undefined);
    }
    if (value !== unknown) return [];
    const found = along();
    if (found.length === 0) throw new Undetermined(`${property} is not known yet, and no dependency says what it is`);
    return found;
  }

  /**
   * The scripts that run. A script may have had uploads before it that made its name or its classes: resources of the same name that it
   * depends on, and that say nothing any more about what runs.
   */
  get scripts(): readonly Node[] {
    return this.memo("scripts", () => {
      const all = this.ofKind("WorkersScript");
      const followed = new Set(
        all.flatMap((script) =>
          script.dependencies.filter((urn) => {
            const before = this.#byUrn.get(urn);
            return before?.type === script.type && before.props.scriptName === script.props.scriptName;
          }),
        ),
      );
      return all.filter(({ urn }) => !followed.has(urn));
    });
  }

  /** Whether a resource is a script that runs; see `scripts`. */
  isScript(node: Node): boolean {
    return this.memo("running", () => new Set(this.scripts)).has(node);
  }
}

/** `WorkersScript` of `cloudflare:index/workersScript:WorkersScript`. */
export function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

/**
 * A value below the properties of a resource; undefined where there is none.
 *
 * @throws Undetermined where it, or what it is in, is not known.
 */
export function read(node: Node, ...path: readonly (string | number)[]): Value | undefined {
  let value: Value | undefined = node.props;
  for (const [depth, key] of path.entries()) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isRecord(value) ? value[key] : undefined;
    if (value === unknown) throw new Undetermined(`${path.slice(0, depth + 1).join(".")} is not known yet`);
  }
  return value;
}

/**
 * A list of objects, e.g. a Worker's bindings; empty where there is none. Values inside of them may be unknown.
 *
 * @throws Undetermined where the list or an entry of it is not known.
 */
export function records(node: Node, ...path: readonly string[]): { readonly [key: string]: Value }[] {
  const list = read(node, ...path);
  if (!Array.isArray(list)) return [];
  return (list as readonly Value[]).map((entry, index) => {
    if (!isRecord(entry)) throw new Undetermined(`${path.join(".")}[${index}] is not known yet`);
    return entry;
  });
}

/** URNs of everything a resource depends on, each once. */
export function dependenciesOf({ dependencies, propertyDependencies }: Node): ReadonlySet<string> {
  return new Set([...dependencies, ...Object.values(propertyDependencies).flat()]);
}

/** Adds to the list of a key. */
export function push(map: Map<string, Node[]>, key: string, node: Node): void {
  const nodes = map.get(key);
  if (nodes === undefined) map.set(key, [node]);
  else nodes.push(node);
}
