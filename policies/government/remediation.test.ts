import { expect, it } from "vitest";
import { evaluate } from "../kit/evaluate.ts";
import type { Node } from "../kit/graph.ts";
import { governmentMutants } from "../testing/mutants/government.ts";
import { graph } from "../testing/node.ts";
import { government } from "./pack.ts";

const mending = government.rules.filter(({ remediate }) => remediate !== undefined);

it.each(mending.map((rule) => [rule.id, rule] as const))("%s mends what it finds", (_, rule) => {
  const alone = [{ ...government, rules: [rule] }];
  const failing = (nodes: readonly Node[]) => evaluate(graph(...nodes), alone).filter(({ state }) => state === "fail");
  const broken = governmentMutants.filter((mutant) => mutant.rule === rule.id && mutant.open !== true);
  expect(broken.length).toBeGreaterThan(0);
  for (const mutant of broken) {
    const nodes = mutant.nodes();
    expect(failing(nodes).length).toBeGreaterThan(0);
    const mended = nodes.map((node) => ({ ...node, props: rule.remediate?.(node.type, node.props) ?? node.props }));
    expect(failing(mended)).toEqual([]);
    // What was right is left as it was.
    expect(mended.map(({ type, props }) => rule.remediate?.(type, props)).filter(Boolean)).toEqual([]);
  }
});
