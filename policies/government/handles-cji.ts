import { criminalJustice } from "../../catalog/data-classes.ts";
import type { Graph, Node } from "../kit/graph.ts";
import { kindOf } from "../kit/graph.ts";
import { references } from "../kit/references.ts";
import { Undetermined, unknown } from "../kit/value.ts";

/** What a resource is a part of, besides what `references` knows. */
const partOf: Readonly<Record<string, readonly [property: string, kind: string]>> = {
  R2ManagedDomain: ["bucketName", "R2Bucket"],
  R2CustomDomain: ["bucketName", "R2Bucket"],
  WorkersScriptSubdomain: ["scriptName", "WorkersScript"],
};

/**
 * Whether any component of the stack handles criminal justice information.
 *
 * @throws Undetermined where none is known to, and one does not say yet what it handles.
 */
export function stackHandlesCji(graph: Graph): boolean {
  const classes = graph.memo(
    "data-classes",
    () => new Set(graph.nodes.flatMap(({ type, props }) => (type.startsWith("chittyops:") ? [props.dataClass] : []))),
  );
  if (classes.has(criminalJustice)) return true;
  if (classes.has(unknown)) throw new Undetermined("the data class of a component is not known yet");
  return false;
}

/**
 * Whether criminal justice information is in a resource: it is below a component that says so, or names a resource that is.
 *
 * @throws Undetermined
 */
export function handlesCji(node: Node, graph: Graph): boolean {
  if (!stackHandlesCji(graph)) return false;
  const known = graph.memo("handles-cji", () => new Map<Node, boolean>());
  const found = known.get(node) ?? (isCji(node, graph) || named(node, graph).some((target) => isCji(target, graph)));
  known.set(node, found);
  return found;
}

function isCji(node: Node, graph: Graph): boolean {
  return graph.dataClass(node) === criminalJustice;
}

function named(node: Node, graph: Graph): Node[] {
  const [property, kind] = partOf[kindOf(node.type)] ?? [];
  if (property !== undefined && kind !== undefined) return graph.referred(node, property, node.props[property], [kind]);
  return references(node).flatMap(({ property, value, kinds }) => graph.referred(node, property, value, kinds));
}
