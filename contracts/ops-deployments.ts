import { z } from "zod";

const count = z.int().min(0).max(1_000_000);

/** What `chittyops` tells the plane of an `up` that has ended. */
export const deploymentReport = z.strictObject({
  /** UUID of the run: a report that comes again is the same one. */
  id: z.uuid(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** e.g. `chittyops/prod` */
  stack: z.string().min(1).max(200),
  family: z.string().min(1).max(40),
  command: z.string().min(1).max(40),
  /** Who ran it, as that machine says: a user's name, or a CI's actor. Who handed the report in is known by Access. */
  by: z.string().min(1).max(200),
  /** Of the repository, 40 hexadecimal digits; `unknown` where there is none. `-dirty` at its end: with changes that are in no commit. */
  commit: z.string().regex(/^(?:[0-9a-f]{40}(?:-dirty)?|unknown)$/),
  /** SHA-256 of what the rules said of what was made, 64 hexadecimal digits. Absent: they were not asked any more. */
  policyEvidence: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  outcome: z.enum(["done", "failed"]),
  /** Resources; one that was replaced was created and deleted. */
  changes: z.strictObject({ created: count, updated: count, deleted: count }),
});
export type DeploymentReport = z.infer<typeof deploymentReport>;

/** A deployment as the plane knows it: `recordedBy` handed the report in, `sequence` is its record in the audit trail. */
export const deployment = deploymentReport.extend({ recordedBy: z.string(), sequence: z.int() });
export type Deployment = z.infer<typeof deployment>;
