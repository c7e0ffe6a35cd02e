import type { Control } from "../../contracts/policy-result.ts";
import type { Review, ReviewedRule, State } from "./review.ts";

export type Counts = Record<State, number>;

/** A control with the rules that support it and how their results came out. */
export interface ControlTally {
  framework: string;
  id: string;
  rules: { rule: ReviewedRule; support: Control["support"] }[];
  counts: Counts;
}

export interface ResourceTally {
  resource: Review["records"][number]["resource"];
  records: Review["records"];
  counts: Counts;
}

const countsOf = (records: Review["records"]): Counts => {
  const counts: Counts = {
    fail: 0,
    error: 0,
    undetermined: 0,
    "fail-waived": 0,
    pass: 0,
    "not-applicable": 0,
    disabled: 0,
  };
  for (const { state } of records) counts[state] += 1;
  return counts;
};

/** By framework, then by control. */
export function byControl({ rules, records }: Review): ControlTally[] {
  const recordsOf = Map.groupBy(records, ({ policy }) => policy);
  const controls = new Map<string, Omit<ControlTally, "counts">>();
  for (const rule of rules) {
    for (const { framework, id, support } of rule.controls) {
      const key = `${framework}\n${id}`;
      const control = controls.get(key) ?? { framework, id, rules: [] };
      control.rules.push({ rule, support });
      controls.set(key, control);
    }
  }
  return [...controls.values()]
    .map((control) => ({
      ...control,
      counts: countsOf(control.rules.flatMap(({ rule }) => recordsOf.get(rule.id) ?? [])),
    }))
    .sort((a, b) => a.framework.localeCompare(b.framework) || naturally.compare(a.id, b.id));
}

/** By name; those with the most to look at are not first, since a person looks a resource up. */
export function byResource({ records }: Review): ResourceTally[] {
  return [...Map.groupBy(records, ({ resource }) => resource.urn).values()]
    .flatMap((own) =>
      own[0] === undefined ? [] : [{ resource: own[0].resource, records: own, counts: countsOf(own) }],
    )
    .sort((a, b) => naturally.compare(a.resource.name, b.resource.name) || (a.resource.urn < b.resource.urn ? -1 : 1));
}

/** In the order of the rules. */
export function byRule({ rules, records }: Review): { rule: ReviewedRule; counts: Counts }[] {
  const recordsOf = Map.groupBy(records, ({ policy }) => policy);
  return rules.map((rule) => ({ rule, counts: countsOf(recordsOf.get(rule.id) ?? []) }));
}

/** So that SC-8 comes before SC-28. */
const naturally = new Intl.Collator("en", { numeric: true });
