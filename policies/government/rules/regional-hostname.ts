import { hostKinds, hostOf } from "../access.ts";
import { governmentRule } from "../government-rule.ts";
import { known } from "../known.ts";

export const regionalHostname = governmentRule({
  id: "government-regional-hostname",
  title: "TLS of a host with criminal justice information ends within the United States",
  severity: "medium",
  enforcement: "advisory",
  controls: ["SA-9(5)†"],
  cannotSee: "Whether the account has Regional Services.",
  remedy: 'Make a RegionalHostname with the region key "us" for the host',
  kinds: hostKinds,
  scope: "handles",
  *check(node, graph) {
    const host = hostOf(node);
    const regional = graph.ofKind("RegionalHostname");
    const own = regional.filter(({ props }) => String(known(props.hostname, "hostname")).toLowerCase() === host);
    if (own.length === 0) yield "no RegionalHostname says where its TLS ends";
    for (const { name, props } of own)
      if (known(props.regionKey, `the region key of ${name}`) !== "us") yield `${name} ends it in another region`;
  },
});
