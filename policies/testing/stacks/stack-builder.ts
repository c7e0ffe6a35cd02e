import { kindOf, type Node } from "../../kit/graph.ts";
import { isRecord, unknown, type Value } from "../../kit/value.ts";
import { node, urnOf } from "../node.ts";

/** A property of another resource, by which a dependency comes about. */
class Reference {
  readonly urn: string;
  readonly value: Value;
  constructor(urn: string, value: Value) {
    this.urn = urn;
    this.value = value;
  }
}

type Given = Value | Reference | readonly Given[] | { readonly [key: string]: Given };
export type Props = { readonly [key: string]: Given };

/** The SDK's tokens: what comes before the last part of each. */
const packages: Readonly<Record<string, string>> = {
  Project: "neon:index",
  RuntimeRole: "neon:index",
  SnapshotSchedule: "neon:index",
  Branch: "neon:index",
  Endpoint: "neon:index",
  RandomPassword: "random:index/randomPassword",
  RandomString: "random:index/randomString",
  RandomPet: "random:index/randomPet",
  Command: "command:local",
  StackReference: "pulumi:pulumi",
  Stack: "pulumi:pulumi",
};

/** The token of a kind, e.g. `cloudflare:index/queue:Queue`. */
export function typeOf(kind: string): string {
  const known = packages[kind];
  return known === undefined
    ? `cloudflare:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`
    : `${known}:${kind}`;
}

/** Builds the resources of a stack as components make them; of a `preview`, what a cloud gives is not known yet. */
export class StackBuilder {
  readonly nodes: Node[] = [];
  readonly #preview: boolean;

  constructor({ preview }: { preview: boolean }) {
    this.#preview = preview;
    this.#add(typeOf("Stack"), "stack", {});
  }

  component(kind: string, name: string, props: Props, parent?: Node): Node {
    return this.#add(`chittyops:index:${kind}`, name, props, { parent: parent?.urn });
  }

  /** `secrets`: additionalSecretOutputs. */
  resource(
    kind: string,
    name: string,
    parent: Node,
    props: Props,
    { secrets = [], ...more }: Partial<Node> & { secrets?: readonly string[]; protect?: boolean } = {},
  ): Node {
    const type = typeOf(kind);
    const plugin = type.split(":")[0] ?? "";
    return this.#add(type, name, props, {
      parent: parent.urn,
      provider: `urn:pulumi:prod::fleet::pulumi:providers:${plugin}::${plugin}::id-of-${plugin}`,
      options: { protect: more.protect ?? false, ignoreChanges: [], aliases: [], additionalSecretOutputs: secrets },
      ...more,
    });
  }

  /** What only the cloud knows, by its key. */
  output(from: Node, key: string): Reference {
    if (this.#preview) return new Reference(from.urn, unknown);
    const value = `${key} of ${from.name}`;
    Object.assign(from.props, { [key]: from.props[key] ?? value });
    return new Reference(from.urn, from.props[key] ?? value);
  }

  /** What the other resource was given, and so is known. */
  input(from: Node, key: string): Reference {
    const value = from.props[key];
    if (value === undefined) throw new Error(`${kindOf(from.type)} ${from.name} has no ${key}`);
    return new Reference(from.urn, value);
  }

  #add(type: string, name: string, props: Props, rest: Partial<Node> = {}): Node {
    const edges: Record<string, string[]> = {};
    const settled: Record<string, Value> = {};
    for (const [key, value] of Object.entries(props)) {
      const urns = new Set<string>();
      settled[key] = settle(value, urns);
      if (urns.size > 0) edges[key] = [...urns];
    }
    const dependencies = [...new Set([...Object.values(edges).flat(), ...(rest.dependencies ?? [])])];
    const made = node(type, name, {
      ...rest,
      urn: urnOf(type, name),
      props: this.#preview || type.startsWith("chittyops:") ? settled : { id: `id of ${name}`, ...settled },
      dependencies,
      propertyDependencies: edges,
    });
    this.nodes.push(made);
    return made;
  }
}

function settle(value: Given, urns: Set<string>): Value {
  if (value instanceof Reference) {
    urns.add(value.urn);
    return value.value;
  }
  if (Array.isArray(value)) return (value as readonly Given[]).map((each) => settle(each, urns));
  if (isRecord(value as Value))
    return Object.fromEntries(Object.entries(value as Props).map(([key, each]) => [key, settle(each, urns)]));
  return value as Value;
}
