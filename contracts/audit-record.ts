import { z } from "zod";

/**
 * One side of something that was asked of a child: `begun` is written before it is done, `ended` before its answer leaves. A request that
 * has begun and never ended was cut short. There is no content, no query and no secret in it.
 */
const auditEvent = z.object({
  /** UUID of the request; its two records share it. */
  request: z.uuid(),
  phase: z.enum(["begun", "ended"]),
  at: z.iso.datetime(),
  /** Who asked, as the Access token says; `anonymous` where there was none that is good. */
  who: z.object({ subject: z.string().min(1).max(200), email: z.string().max(320).optional() }),
  /** What was asked, e.g. `document.read`. */
  action: z.string().regex(/^[a-z]+(?:[.-][a-z]+)*$/),
  /** Of what, e.g. `cases/2024D007847/documents/motion`; each part percent-encoded. */
  resource: z.string().max(1_000),
  /** HTTP status of the answer, of `ended` only. */
  status: z.int().min(100).max(599).optional(),
});
export type AuditEvent = z.infer<typeof auditEvent>;

/**
 * One record of the audit trail, linked by `contracts/hash-chain.ts` in the chain `audit/<environment>/<child>`. The locked bucket gets them
 * in segments of JSON lines: `audit/<first sequence, ten digits>.jsonl`.
 */
export const auditRecord = auditEvent.extend({
  chain: z.string().startsWith("audit/"),
  sequence: z.int().min(1),
  previous: z.string(),
  digest: z.string(),
});
export type AuditRecord = z.infer<typeof auditRecord>;

/** Name of a child's audit trail. */
export function auditChainOf({ environment, child }: { environment: string; child: string }): string {
  return `audit/${environment}/${child}`;
}
