import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

export const dnssec = governmentRule({
  id: "government-dnssec",
  title: "A zone is signed with DNSSEC",
  severity: "medium",
  enforcement: "advisory",
  controls: ["SC-20"],
  cannotSee: "Whether the registrar has the zone's DS record.",
  remedy: 'Set the status of ZoneDnssec to "active"',
  kinds: ["ZoneDnssec"],
  scope: "everywhere",
  *check(node) {
    // A zone that waits for its registrar was switched on.
    if (!["active", "pending"].includes(String(read(node, "status")))) yield "it is not signed";
  },
});
