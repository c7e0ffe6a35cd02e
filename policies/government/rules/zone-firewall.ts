import { type Graph, kindOf, type Node, push, read, records } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";
import { known } from "../known.ts";

const firewallPhases = ["http_request_firewall_custom", "http_request_firewall_managed"];

/** Zones that the stack configures, by id or, where that is not known yet, by the resource that has it. */
function zonesOf(graph: Graph): Map<string, Node[]> {
  const found = new Map<string, Node[]>();
  for (const node of [...graph.ofKind("ZoneSetting"), ...graph.ofKind("Ruleset")])
    for (const zone of zoneOf(node, graph)) push(found, zone, node);
  for (const zone of graph.ofKind("Zone")) push(found, zone.urn, zone);
  return found;
}

function zoneOf(node: Node, graph: Graph): string[] {
  const { zoneId } = node.props;
  if (zoneId === undefined) return [];
  const zones = graph.referred(node, "zoneId", zoneId, ["Zone"]).map(({ urn }) => urn);
  return zones.length > 0 ? zones : [String(zoneId)];
}

function isOn(ruleset: Node, phases: readonly string[]): boolean {
  if (!phases.includes(String(read(ruleset, "phase")))) return false;
  return records(ruleset, "rules").some(
    ({ enabled, action }) => known(enabled, "rules.enabled") !== false && known(action, "rules.action") !== "log",
  );
}

export const zoneFirewall = governmentRule({
  id: "government-zone-firewall",
  title: "A zone has a firewall and a rate limit",
  controls: ["SC-7", "SC-5", "SI-4"],
  cannotSee: "A zone that another stack configures, and whether the rules stop an attack.",
  remedy: "Make a ruleset for http_request_firewall_custom and one for http_ratelimit, each with a rule that is on",
  kinds: ["Stack"],
  scope: "everywhere",
  *check(_, graph) {
    for (const nodes of zonesOf(graph).values()) {
      const rulesets = nodes.filter(({ type }) => kindOf(type) === "Ruleset");
      const zone = nodes[0]?.name ?? "";
      if (!rulesets.some((ruleset) => isOn(ruleset, firewallPhases))) yield `the zone of ${zone} has no firewall`;
      if (!rulesets.some((ruleset) => isOn(ruleset, ["http_ratelimit"]))) yield `the zone of ${zone} has no rate limit`;
    }
  },
});
