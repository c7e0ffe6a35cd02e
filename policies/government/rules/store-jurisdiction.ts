import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

const allowed = ["us", "fedramp"];

export const storeJurisdiction = governmentRule({
  id: "government-store-jurisdiction",
  title: "A D1 database, KV namespace or queue with criminal justice information is kept within the United States",
  severity: "critical",
  controls: ["CM-12", "SA-9(5)†"],
  cannotSee: "Where Durable Objects are: their code chooses.",
  remedy: 'Set its jurisdiction to "us" or "fedramp"',
  kinds: ["D1Database", "WorkersKvNamespace", "Queue"],
  scope: "handles",
  *check(node) {
    if (!allowed.includes(String(read(node, "jurisdiction")))) yield "its jurisdiction is neither us nor fedramp";
  },
});
