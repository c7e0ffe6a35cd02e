import { describe, expect, it } from "vitest";
import { applyTuning } from "./apply-tuning.ts";
import type { EndpointChange, Finding } from "./finding.ts";

describe("applyTuning", () => {
  const base = { rule: "r", what: "", why: "", now: "", proposed: "", risk: "" };
  const sql = (id: string, ...statements: string[]): Finding => ({
    ...base,
    id,
    how: { kind: "sql", statements, changesSchema: false },
  });
  const endpoint = (id: string, change: EndpointChange): Finding => ({
    ...base,
    id,
    how: { kind: "endpoint", change },
  });

  it("goes on after a failure and changes the endpoint last, in one call", async () => {
    const done: unknown[] = [];
    const applied = await applyTuning(
      [
        endpoint("a", { autoscaling_limit_min_cu: 0.5, autoscaling_limit_max_cu: 2 }),
        sql("b", "select 1/0", "never"),
        endpoint("c", { autoscaling_limit_min_cu: 1, settings: { pg_settings: { autovacuum: "on" } } }),
        sql("d", "select 1", "select 2"),
        { ...base, id: "e", how: { kind: "manual", advice: "do it" } },
      ],
      {
        async sql(statement) {
          done.push(statement);
          if (statement === "select 1/0") throw new Error("division by zero");
        },
        updateEndpoint: async (change) => void done.push(change),
      },
    );
    expect(done).toEqual([
      "select 1/0",
      "select 1",
      "select 2",
      { autoscaling_limit_min_cu: 1, autoscaling_limit_max_cu: 2, settings: { pg_settings: { autovacuum: "on" } } },
    ]);
    expect(applied).toEqual([
      { id: "a", state: "applied" },
      { id: "b", state: "failed", message: "division by zero" },
      { id: "c", state: "applied" },
      { id: "d", state: "applied" },
      { id: "e", state: "manual", message: "do it" },
    ]);
  });
});
