import { lockSeconds, purposeOf, scheduleOf, shownDays } from "../buckets.ts";
import { governmentRule } from "../government-rule.ts";
import { stackHandlesCji } from "../handles-cji.ts";

export const recordLock = governmentRule({
  id: "government-record-lock",
  title: "Records are locked for as long as their schedule says",
  severity: "critical",
  controls: ["SI-12"],
  cannotSee: "Whether the schedule is what the law asks for: counsel supplies it.",
  remedy: "Lock the whole bucket for the days that its component declares as retentionDays",
  kinds: ["R2Bucket"],
  scope: "handles",
  appliesTo: (node, graph) => stackHandlesCji(graph) && purposeOf(node, graph) !== "logs",
  *check(node, graph) {
    const schedule = scheduleOf(node, graph);
    if (schedule === undefined) yield "no component says how long it is kept";
    else if (lockSeconds(node, graph) < schedule) yield `it is not locked for ${shownDays(schedule)}`;
  },
});
