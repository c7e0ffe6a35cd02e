import type { Clouds } from "../cloud/clouds.ts";
import { shortType } from "../engine/urn.ts";
import { type Deployment, isInState, type StateResource } from "./deployment.ts";
import type { Found, NaturalName } from "./natural-name.ts";
import { createdByPost, createdByPut } from "./natural-names.ts";

/** What an interrupted creation turned out to be. */
export type Verdict =
  /** It was made: take it into the state. `doubles` were made besides it, by a request that was sent again. */
  | { kind: "adopt"; resource: StateResource; label: string; found: Found; doubles: Found[]; rule: NaturalName }
  /** It was made but cannot be taken over: remove it, it is made again. */
  | { kind: "remake"; resource: StateResource; label: string; found: Found[]; rule: NaturalName }
  /** It was not made, or making it again changes nothing. */
  | { kind: "forget"; resource: StateResource; label: string }
  /** Something goes by its name of which nothing says that we made it. */
  | { kind: "foreign"; resource: StateResource; label: string; found: Found };

/** Who may have made what is found. */
export interface Ownership {
  /** Everything in this cloud is ours (the embedded one). */
  everything: boolean;
  /** Start of the run that may have made it, in milliseconds since the epoch. */
  since: number;
}

/** The clocks of two machines differ. */
const clockTolerance = 60_000;

/** Looks an interrupted or refused creation up in the cloud by its natural name. Reads only. */
export async function judge(
  clouds: Clouds,
  state: Deployment,
  resource: StateResource,
  ownership: Ownership,
): Promise<Verdict> {
  const rule = createdByPost[resource.type];
  const inputs = resource.inputs ?? {};
  if (!rule) return { kind: "forget", resource, label: `${shortType(resource.type)} ${resource.urn}` };
  const label = rule.label(inputs);
  const found = (await rule.find(clouds, inputs)).filter((candidate) => !isInState(state, resource.type, candidate));
  const [first, ...others] = found.toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
  if (!first) return { kind: "forget", resource, label };
  const ours = (candidate: Found) =>
    ownership.everything || (candidate.createdAt ?? 0) >= ownership.since - clockTolerance;
  if (!ours(first) && !others.some(ours)) return { kind: "foreign", resource, label, found: first };
  const made = [first, ...others].filter(ours);
  if (rule.recreate) return { kind: "remake", resource, label, found: made, rule };
  const [adopted = first, ...doubles] = made;
  return { kind: "adopt", resource, label, found: adopted, doubles: rule.unique ? [] : doubles, rule };
}

/** Whether recovery knows what an interrupted creation of this type means. What is of no cloud lives in the state alone. */
export function isKnownType(type: string): boolean {
  return type in createdByPost || createdByPut.has(type) || !/^(cloudflare|neon):/.test(type);
}
