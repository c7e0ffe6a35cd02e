import type { Node } from "libpg-query";

/** Visits every node of a parse tree, outer ones first. */
export function walk(tree: unknown, visit: (node: Node) => void): void {
  if (typeof tree !== "object" || tree === null) return;
  if (isNode(tree)) visit(tree);
  for (const value of Object.values(tree)) walk(value, visit);
}

/** Nodes are objects with one key, the node's kind: the only capitalised keys in the parser's answer. */
function isNode(tree: object): tree is Node {
  const [kind, ...others] = Object.keys(tree);
  return others.length === 0 && kind !== undefined && /^[A-Z]/.test(kind);
}
