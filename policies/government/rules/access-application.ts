import { Undetermined, unknown } from "../../kit/value.ts";
import { applicationsFor, conditionsOf, hostKinds, hostOf, policiesOf } from "../access.ts";
import { governmentRule } from "../government-rule.ts";

export const accessApplication = governmentRule({
  id: "government-access-application",
  title: "A host with criminal justice information is reached through Access only",
  severity: "critical",
  controls: ["AC-3", "AC-14"],
  cannotSee: "Who is in a group, and how the identity provider knows them.",
  remedy: "Make an Access application for the whole host, with a policy that allows named people",
  kinds: hostKinds,
  scope: "handles",
  *check(node, graph) {
    const applications = applicationsFor(hostOf(node), graph);
    if (applications.length === 0) yield "no Access application guards the whole host";
    for (const application of applications) {
      const policies = policiesOf(application, graph);
      const decisions = policies.map(({ fields }) => fields.decision);
      if (!decisions.includes("allow") && !decisions.includes(unknown))
        yield `${application.name} allows nobody by name`;
      for (const policy of policies) {
        if (policy.fields.decision === "bypass") yield `policy ${policy.name} bypasses Access`;
        if (conditionsOf(policy, ["includes"]).includes("everyone") && policy.fields.decision !== "deny")
          yield `policy ${policy.name} lets everyone in`;
      }
      if (decisions.includes(unknown)) throw new Undetermined("the decision of a policy is not known yet");
    }
  },
});
