import { describe, expect, it } from "vitest";
import { evaluate } from "../kit/evaluate.ts";
import type { Node } from "../kit/graph.ts";
import { unknown, type Value } from "../kit/value.ts";
import { graph } from "../testing/node.ts";
import { courtStack } from "../testing/stacks/court.ts";
import { government } from "./pack.ts";

const clean = courtStack({ preview: false });
const documents = "traffic-court-documents";

function states(nodes: readonly Node[], rule: string): (string | undefined)[] {
  const alone = [{ ...government, rules: government.rules.filter(({ id }) => id === rule) }];
  const found = evaluate(graph(...nodes), alone);
  return [documents, "traffic-court-managed"].map((name) => found.find(({ node }) => node.name === name)?.state);
}

/** Every component says this class; the buckets are nowhere, and have an open address. */
function classed(dataClass: Value): Node[] {
  return clean.map((node) => {
    if (node.type.startsWith("chittyops:")) return { ...node, props: { ...node.props, dataClass } };
    if (node.name === documents) return { ...node, props: { ...node.props, jurisdiction: "default" } };
    return node.name === "traffic-court-managed" ? { ...node, props: { ...node.props, enabled: true } } : node;
  });
}

describe("government rules", () => {
  it.each<[Value, string]>([
    ["criminal-justice", "fail"],
    ["legal", "not-applicable"],
    [unknown, "undetermined"],
  ])("bind by the class of the data", (dataClass, state) => {
    expect(states(classed(dataClass), "government-r2-jurisdiction")[0]).toBe(state);
  });

  it("bind what is outside of the component and names what is in it", () => {
    const outside = classed("criminal-justice").map((node) =>
      node.name === "traffic-court-managed" ? { ...node, parent: undefined } : node,
    );
    expect(states(outside, "government-no-managed-domain")[1]).toBe("fail");
  });

  it("show no secret", () => {
    const secret = "postgres://owner:hunter2@host/db";
    const leaking = clean.map((node) =>
      node.name === "traffic-court-health" ? { ...node, props: { create: `node a.mjs ${secret}` } } : node,
    );
    const said = evaluate(graph(...leaking), [government]).map(({ message }) => message);
    expect(said.some((message) => message.includes("has a secret in it"))).toBe(true);
    expect(said.join("\n")).not.toContain("hunter2");
  });
});
