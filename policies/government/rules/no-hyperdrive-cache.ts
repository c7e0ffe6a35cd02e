import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

export const noHyperdriveCache = governmentRule({
  id: "government-no-hyperdrive-cache",
  title: "Hyperdrive keeps no answers with criminal justice information",
  controls: ["SC-28", "SC-4"],
  cannotSee: "Caches in code.",
  remedy: "Set caching.disabled to true",
  kinds: ["HyperdriveConfig"],
  scope: "handles",
  *check(node) {
    if (read(node, "caching", "disabled") !== true) yield "it caches answers";
  },
});
