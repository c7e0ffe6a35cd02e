import { z } from "zod";

export const policyResult = z.object({
  policy: z.string(),
  title: z.string(),
  severity: z.enum(["low", "medium", "high", "critical"]),
  enforcement: z.enum(["advisory", "mandatory", "remediate"]),
  /** Ids as the framework prints them, e.g. `SC-28(1)`, `IA-5f`. */
  controls: z.array(z.object({ framework: z.string(), id: z.string() })),
  resource: z.object({ urn: z.string(), type: z.string(), name: z.string() }),
  state: z.enum(["pass", "fail", "fail-waived", "not-applicable", "undetermined", "error", "disabled"]),
  message: z.string(),
  remedy: z.string(),
  waiver: z.string().optional(),
  at: z.string(),
  pack: z.object({ name: z.string(), version: z.string(), digest: z.string() }),
  stack: z.string(),
  commit: z.string(),
  configDigest: z.string(),
});
export type PolicyResult = z.infer<typeof policyResult>;

/** Advisory results are worth knowing and stop nothing; everything else does. */
export const isBinding = ({ enforcement }: Pick<PolicyResult, "enforcement">): boolean => enforcement !== "advisory";
