import type { Review } from "../review.ts";
import { controlsOf, metadata, oneLine, property, reviewedControls, uuidOf } from "./document.ts";

/** The activity of a plan that is one rule. */
export const activityOf = (rule: string): string => uuidOf("activity", rule);

/** `oscal-assessment-plan.json` (OSCAL 1.2): what is looked at, by which rules, for which controls. */
export function assessmentPlan(review: Review) {
  const { project, stack, rules, subject } = review;
  const system = `${project}/${stack}`;
  const plan = uuidOf("system-security-plan", system);
  return {
    "assessment-plan": {
      uuid: uuidOf("assessment-plan", review.id, review.commit, review.configDigest),
      metadata: metadata(`Review of ${system} by rules`, review),
      "import-ssp": {
        href: `#${plan}`,
        remarks: "No system security plan is kept here; the resource says what is reviewed.",
      },
      "local-definitions": {
        ...(rules.length === 0
          ? {}
          : {
              activities: rules.map((rule) => ({
                uuid: activityOf(rule.id),
                title: oneLine(rule.title),
                description: `Evaluates the rule ${rule.id} of the pack ${rule.pack} on every resource.`,
                props: [
                  { name: "method", value: "TEST" },
                  ...property("rule", rule.id),
                  ...property("severity", rule.severity),
                  ...property("enforcement", rule.enforcement),
                  ...rule.controls.flatMap(({ framework, id, support }) =>
                    property("supports", `${framework} ${id} (${support})`),
                  ),
                ],
                ...(controlsOf([rule]).length === 0 ? {} : { "related-controls": reviewedControls([rule]) }),
                ...(rule.cannotSee === "" ? {} : { remarks: `Cannot see: ${rule.cannotSee}` }),
              })),
            }),
      },
      "reviewed-controls": reviewedControls(rules),
      "assessment-subjects": [
        {
          type: "inventory-item",
          description: `Every resource of ${system} ${subject === "plan" ? "as an update would make it" : "as its state has it"}.`,
          "include-all": {},
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: plan,
            title: `System ${system}`,
            description: `The infrastructure of the stack ${system}, declared by the program of this repository.`,
          },
        ],
      },
    },
  };
}
