import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

/** Seconds. */
const least = 7 * 24 * 3600;

export const neonHistory = governmentRule({
  id: "government-neon-history",
  title: "A database can be put back to any moment of the last week",
  controls: ["CP-9a", "CP-10"],
  cannotSee: "Whether a restore works: that takes a drill.",
  remedy: "Set historyRetentionSeconds to 604800 or more",
  kinds: ["Project"],
  scope: "handles",
  *check(node) {
    const seconds = read(node, "historyRetentionSeconds");
    if (typeof seconds !== "number" || seconds < least) yield "its history is shorter than 7 days";
  },
});
