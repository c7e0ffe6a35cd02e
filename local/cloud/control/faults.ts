import { z } from "zod";

/** What goes wrong. `latency` and `status` are answered by the API itself, the rest is done to the socket. */
const faultAction = z.discriminatedUnion("type", [
  z.object({ type: z.literal("status"), status: z.int().min(400).max(599), retryAfter: z.number().min(0).optional() }),
  z.object({ type: z.literal("latency"), milliseconds: z.number().min(0).max(600_000) }),
  /** The connection is reset before the request has any effect. */
  z.object({ type: z.literal("reset") }),
  /** The request is carried out and committed; then the connection is reset. */
  z.object({ type: z.literal("lost-acknowledgement") }),
  /** The request is carried out; half of the answer arrives, then the connection is reset. */
  z.object({ type: z.literal("truncated-body") }),
  /** The daemon kills itself, before the request has any effect or after its commit. */
  z.object({ type: z.literal("exit"), when: z.enum(["before", "after"]).default("before") }),
]);
export type FaultAction = z.infer<typeof faultAction>;

/** When a fault strikes: the first rule that matches decides. */
export const faultRule = z.object({
  id: z.string().min(1).optional(),
  method: z.string().min(1).optional(),
  /** Matched against the path; a star stands for anything, e.g. `*workers/scripts*`. */
  path: z.string().min(1).optional(),
  /** Share of the matching requests that are struck, 0 to 1. */
  probability: z.number().min(0).max(1).default(1),
  /** How many requests are struck before the rule is spent; without it, it stays. */
  times: z.int().min(1).optional(),
  /** How many matching requests pass first. */
  skip: z.int().min(0).optional(),
  action: faultAction,
});
type FaultRule = z.infer<typeof faultRule> & { id: string };

/** The fault rules in force; in memory, so that a restart clears them. */
export interface Faults {
  add(rule: z.input<typeof faultRule>): FaultRule;
  list(): FaultRule[];
  /** Removes one rule, or all. */
  remove(id?: string): void;
  /** The action that strikes this request, if any; counts it. */
  strike(method: string, path: string): FaultAction | undefined;
}

/** @param random share in [0, 1) for probabilities; a test passes a seeded one. */
export function createFaults(random: () => number = Math.random): Faults {
  let rules: FaultRule[] = [];
  let next = 1;
  return {
    add(rule) {
      const parsed = faultRule.parse(rule);
      const added = { ...parsed, id: parsed.id ?? `fault-${next++}` };
      rules = [...rules.filter(({ id }) => id !== added.id), added];
      return added;
    },
    list: () => rules.map((rule) => ({ ...rule })),
    remove(id) {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
    },
    strike(method, path) {
      const rule = rules.find((candidate) => matches(candidate, method, path));
      if (!rule || random() >= rule.probability) return undefined;
      if (rule.skip !== undefined && rule.skip > 0) {
        rule.skip--;
        return undefined;
      }
      if (rule.times !== undefined && --rule.times === 0) rules = rules.filter((other) => other !== rule);
      return rule.action;
    },
  };
}

function matches(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== undefined && rule.method !== "*" && rule.method.toUpperCase() !== method) return false;
  if (rule.path === undefined) return true;
  const pattern = rule.path.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(path);
}
