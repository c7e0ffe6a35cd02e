import { isBinding } from "../../../contracts/policy-result.ts";
import type { Review, ReviewedRule } from "../review.ts";
import { byResource } from "../tally.ts";
import { verdictOf } from "../verdict.ts";
import { activityOf } from "./assessment-plan.ts";
import { type OscalControl, oscalControl } from "./control-id.ts";
import { metadata, oneLine, planFile, property, reviewedControls, uuidOf } from "./document.ts";

type ReviewRecord = Review["records"][number];

const itemOf = ({ resource }: Pick<ReviewRecord, "resource">): string => uuidOf("resource", resource.urn);
const observationOf = ({ policy, resource, state }: ReviewRecord): string =>
  uuidOf("observation", policy, resource.urn, state);

/**
 * `oscal-assessment-results.json` (OSCAL 1.2): an observation for every result of a rule that had something to look at, and a finding for
 * each statement of a control that a mandatory rule speaks against. There is no finding in favour of a control: whether one is met is for
 * an assessor to say, who has seen more than a plan.
 */
export function assessmentResults(review: Review) {
  const { project, stack, at, records, rules, id } = review;
  const observed = records.filter(({ state }) => state !== "not-applicable" && state !== "disabled");
  const observations = [
    ...passes(observed, review),
    ...unique(observed.filter(({ state }) => state !== "pass")).map(observation),
  ];
  const findings = findingsOf(review);
  const items = byResource({ ...review, records: observed });
  return {
    "assessment-results": {
      uuid: uuidOf("assessment-results", id, review.commit, review.configDigest),
      metadata: metadata(`Results of the review of ${project}/${stack} by rules`, review),
      "import-ap": { href: planFile },
      results: [
        {
          uuid: uuidOf("result", id, review.commit, review.configDigest),
          title: `Review ${id}`,
          description: verdictOf(review).sentence,
          start: at,
          end: at,
          "reviewed-controls": reviewedControls(rules),
          ...(items.length === 0
            ? {}
            : {
                "local-definitions": {
                  "inventory-items": items.map(({ resource }) => ({
                    uuid: itemOf({ resource }),
                    description: oneLine(resource.name) || "a resource without a name",
                    props: [...property("urn", resource.urn), ...property("type", resource.type)],
                  })),
                },
              }),
          ...(observations.length === 0 ? {} : { observations }),
          ...(findings.length === 0 ? {} : { findings }),
        },
      ],
    },
  };
}

/** One observation for all the resources on which a rule holds: there are thousands, and they say the same. */
function passes(observed: readonly ReviewRecord[], { at, rules }: Review) {
  const byPolicy = Map.groupBy(
    observed.filter(({ state }) => state === "pass"),
    ({ policy }) => policy,
  );
  return [...byPolicy].map(([policy, own]) => ({
    uuid: uuidOf("observation", policy, "pass"),
    title: oneLine(rules.find(({ id }) => id === policy)?.title ?? policy),
    description: `The rule ${policy} holds on these resources.`,
    props: [...property("rule", policy), ...property("state", "pass")],
    methods: ["TEST"],
    types: ["control-objective"],
    subjects: [...new Set(own.map(itemOf))].map((subject) => ({ "subject-uuid": subject, type: "inventory-item" })),
    "relevant-evidence": [evidence],
    collected: at,
    remarks: `Activity ${activityOf(policy)} of the plan.`,
  }));
}

const evidence = { href: "records.json", description: "Every result of every rule on every resource." };

function observation(record: ReviewRecord) {
  const { policy, title, state, message, remedy, severity, enforcement, at } = record;
  return {
    uuid: observationOf(record),
    title: oneLine(title),
    description: message || state,
    props: [
      ...property("rule", policy),
      ...property("state", state),
      ...property("severity", severity),
      ...property("enforcement", enforcement),
    ],
    methods: ["TEST"],
    types: [state === "fail" || state === "fail-waived" ? "finding" : "control-objective"],
    subjects: [{ "subject-uuid": itemOf(record), type: "inventory-item" }],
    "relevant-evidence": [evidence],
    collected: at,
    ...(remedy === "" ? {} : { remarks: `Remedy: ${remedy}` }),
  };
}

/** A rule may speak several times about a resource; an observation is made of the first. */
function unique(records: readonly ReviewRecord[]): ReviewRecord[] {
  return [...new Map(records.toReversed().map((record) => [observationOf(record), record])).values()].toReversed();
}

/** What speaks against a control: broken, waived or not, in error, or open where that counts as broken. */
function speaksAgainst({ undeterminedFails }: Review, record: ReviewRecord): boolean {
  if (!isBinding(record)) return record.state === "error";
  return (
    ["fail", "fail-waived", "error"].includes(record.state) || (undeterminedFails && record.state === "undetermined")
  );
}

function findingsOf(review: Review) {
  const ruleOf = new Map(review.rules.map((rule) => [rule.id, rule]));
  const against = unique(review.records.filter((record) => speaksAgainst(review, record)));
  const byStatement = new Map<string, { target: OscalControl; records: ReviewRecord[] }>();
  for (const record of against) {
    for (const target of targetsOf(ruleOf.get(record.policy))) {
      const known = byStatement.get(target.statement) ?? { target, records: [] };
      known.records.push(record);
      byStatement.set(target.statement, known);
    }
  }
  return [...byStatement.values()]
    .sort((a, b) => (a.target.statement < b.target.statement ? -1 : 1))
    .map(({ target, records }) => ({
      uuid: uuidOf("finding", review.id, target.statement),
      title: `Rules that support ${target.control} are broken`,
      description: `${records.length} observations speak against ${target.statement}. The rules support the control and do not cover it.`,
      target: {
        type: "statement-id",
        "target-id": target.statement,
        status: {
          state: "not-satisfied",
          reason: records.some(({ state }) => state === "fail" || state === "fail-waived") ? "fail" : "other",
          ...(records.every(({ state }) => state === "fail-waived") ? { remarks: "Every violation is waived." } : {}),
        },
      },
      "related-observations": records.map((record) => ({ "observation-uuid": observationOf(record) })),
    }));
}

/** Two controls of frameworks that share their ids are one. */
function targetsOf(rule: ReviewedRule | undefined): OscalControl[] {
  const targets = (rule?.controls ?? []).flatMap(({ id }) => oscalControl(id) ?? []);
  return [...new Map(targets.map((target) => [target.statement, target])).values()];
}
