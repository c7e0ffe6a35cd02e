import { z } from "zod";

/** A control that a rule supports; a rule never shows that one is met. */
const control = z.object({
  framework: z.enum(["NIST SP 800-53 r5", "CJIS 5.9.5"]),
  /** As the framework prints it, e.g. `SC-28(1)`, `IA-5f`. */
  id: z.string(),
  /** Of SP 800-53, what is not said to be elsewhere is in the Moderate baseline and in CJIS 5.9.5. */
  support: z.enum([
    "supporting",
    "weak",
    "supporting; in Moderate only",
    "supporting; in neither Moderate nor CJIS 5.9.5",
  ]),
});
export type Control = z.infer<typeof control>;

/** What one rule said of one resource. */
export const policyResult = z.object({
  policy: z.string(),
  title: z.string(),
  severity: z.enum(["low", "medium", "high", "critical"]),
  enforcement: z.enum(["advisory", "mandatory", "remediate"]),
  controls: z.array(control),
  resource: z.object({ urn: z.string(), type: z.string(), name: z.string() }),
  state: z.enum(["pass", "fail", "fail-waived", "not-applicable", "undetermined", "error", "disabled"]),
  message: z.string(),
  remedy: z.string(),
  /** Of a failure, waived or not: what a waiver of it has to name. 64 hexadecimal digits. */
  violationHash: z.string().optional(),
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
