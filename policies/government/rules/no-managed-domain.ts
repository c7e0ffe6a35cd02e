import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

export const noManagedDomain = governmentRule({
  id: "government-no-managed-domain",
  title: "A bucket with criminal justice information has no public r2.dev address",
  severity: "critical",
  controls: ["AC-3", "SC-7"],
  cannotSee: "An address that somebody switches on by hand.",
  remedy: "Set enabled to false",
  kinds: ["R2ManagedDomain"],
  scope: "handles",
  *check(node) {
    if (read(node, "enabled") !== false) yield "it is public";
  },
});
