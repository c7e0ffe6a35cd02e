import { governmentRule } from "../government-rule.ts";

export const protectedData = governmentRule({
  id: "government-protected-data",
  title: "What holds production's data is protected from deletion",
  severity: "medium",
  controls: ["CM-5 weak"],
  cannotSee: "Deletions at the cloud by hand.",
  remedy: "Set the option protect",
  kinds: ["R2Bucket", "D1Database", "Project"],
  scope: "handles",
  appliesTo: (node, graph) => graph.environment(node) === "prod",
  *check({ options }) {
    if (!options.protect) yield "it can be deleted";
  },
});
