import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

/** Where Cloudflare keeps data within the United States. */
const allowed = ["us", "fedramp"];

export const r2Jurisdiction = governmentRule({
  id: "government-r2-jurisdiction",
  title: "A bucket with criminal justice information is kept within the United States",
  severity: "critical",
  controls: ["CM-12", "SA-9(5)†"],
  cannotSee: "Where Cloudflare's staff read it from.",
  remedy: 'Set the jurisdiction of the bucket to "us" or "fedramp"',
  kinds: ["R2Bucket"],
  scope: "handles",
  *check(node) {
    if (!allowed.includes(String(read(node, "jurisdiction")))) yield "its jurisdiction is neither us nor fedramp";
  },
});
