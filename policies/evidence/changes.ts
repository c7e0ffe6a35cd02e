import type { Review, State } from "./review.ts";

/** How one rule's result on one resource differs from the review before. */
export interface Change {
  policy: string;
  urn: string;
  /** Absent: the rule or the resource was not there. */
  before: State | undefined;
  after: State | undefined;
  kind: "new" | "worse" | "better" | "gone";
}

/** From what matters least to what matters most. */
const order: readonly State[] = ["not-applicable", "disabled", "pass", "fail-waived", "undetermined", "error", "fail"];
const matters = (state: State | undefined): boolean =>
  state !== undefined && order.indexOf(state) > order.indexOf("pass");

/**
 * What became better or worse since the review before: only results that were or are more than a pass or nothing to look at.
 * Sorted by policy and URN.
 */
export function changesSince(previous: Review, review: Review): Change[] {
  const before = statesOf(previous);
  const after = statesOf(review);
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (was?.state === is?.state || !(matters(was?.state) || matters(is?.state))) return [];
    const { policy, urn } = is ?? was ?? { policy: "", urn: "" };
    return [{ policy, urn, before: was?.state, after: is?.state, kind: kindOf(was?.state, is?.state) }];
  });
}

function kindOf(before: State | undefined, after: State | undefined): Change["kind"] {
  if (before === undefined) return "new";
  if (after === undefined) return "gone";
  return order.indexOf(after) > order.indexOf(before) ? "worse" : "better";
}

/** A rule that reports a resource several times counts with the worst. */
function statesOf({ records }: Review): Map<string, { policy: string; urn: string; state: State }> {
  const states = new Map<string, { policy: string; urn: string; state: State }>();
  for (const { policy, resource, state } of records) {
    const key = `${policy}\n${resource.urn}`;
    const known = states.get(key);
    if (known === undefined || order.indexOf(state) > order.indexOf(known.state)) {
      states.set(key, { policy, urn: resource.urn, state });
    }
  }
  return states;
}
