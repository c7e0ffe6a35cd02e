import { describe, expect, it } from "vitest";
import { sample } from "../tests/harness/sample.ts";
import { packs } from "./all/packs.ts";
import { evaluate } from "./kit/evaluate.ts";
import { baselineMutants } from "./testing/mutants/baseline.ts";
import { governmentMutants } from "./testing/mutants/government.ts";
import { families, type Mutant } from "./testing/mutants/mutant.ts";
import { tenantMutants } from "./testing/mutants/tenants.ts";
import { graph } from "./testing/node.ts";

const rules = packs.flatMap(({ rules }) => rules.map(({ id }) => id));
const mutants = [...baselineMutants, ...tenantMutants, ...governmentMutants];

/** What the rule that is broken says, and it alone is asked. */
function isCaught({ rule, nodes, open }: Mutant): boolean {
  const alone = packs.map((pack) => ({ ...pack, rules: pack.rules.filter(({ id }) => id === rule) }));
  const states = new Set(evaluate(graph(...nodes()), alone).map(({ state }) => state));
  return states.has("fail") || (open === true && states.has("undetermined"));
}

describe("clean stacks", () => {
  it.each(Object.entries(families))("%s has no finding, at a preview and after it", (_, make) => {
    for (const preview of [true, false]) {
      const found = evaluate(graph(...make({ preview })), packs)
        .filter(({ state }) => state !== "pass" && state !== "not-applicable")
        .map(({ rule, state, node, message }) => `${rule.id} ${state} ${node.name}: ${message}`);
      expect(found).toEqual([]);
    }
  });

  it("have something that each rule looks at", () => {
    const asked = Object.values(families).flatMap((make) =>
      evaluate(graph(...make({ preview: false })), packs).flatMap(({ rule, state }) =>
        state === "pass" ? [rule.id] : [],
      ),
    );
    // A clean stack has no aliases.
    expect(rules.filter((id) => !asked.includes(id))).toEqual(["tenant-aliases-keep-owner"]);
  });
});

describe("mutants", () => {
  it("are four a rule at least", () => {
    const count = (id: string) => mutants.filter(({ rule }) => rule === id).length;
    expect(rules.filter((id) => count(id) < 4)).toEqual([]);
    expect([...new Set(mutants.map(({ rule }) => rule))].filter((id) => !rules.includes(id))).toEqual([]);
  });

  it("are caught, each by the rule that it breaks", () => {
    const tried = sample("mutants", mutants, 250).map((mutant) => ({ ...mutant, caught: isCaught(mutant) }));
    const table = rules.map((rule) => {
      const own = tried.filter((mutant) => mutant.rule === rule);
      return { rule, mutants: own.length, caught: own.filter(({ caught }) => caught).length };
    });
    console.table([
      ...table,
      { rule: "all", mutants: tried.length, caught: tried.filter(({ caught }) => caught).length },
    ]);
    expect(tried.filter(({ caught }) => !caught).map(({ rule, name }) => `${rule} misses ${name}`)).toEqual([]);
  });
});
