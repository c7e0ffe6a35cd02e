import { read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

export const neonRegion = governmentRule({
  id: "government-neon-region",
  title: "A Neon project with criminal justice information is in the United States",
  severity: "critical",
  controls: ["CM-12", "SA-9(5)†"],
  cannotSee: "Where Neon keeps its own logs and support data.",
  remedy: "Make the project in a region such as aws-us-east-2",
  kinds: ["Project"],
  scope: "handles",
  *check(node) {
    if (!/^aws-us-(east|west)-\d+$/.test(String(read(node, "regionId"))))
      yield "its region is not in the United States";
  },
});
