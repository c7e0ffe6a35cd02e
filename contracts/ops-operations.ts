import { z } from "zod";

/** What an operation does, in this order. */
const operationSteps = ["maintenance", "drain", "deploy", "verify"] as const;

const service = z.string().min(1).max(100);

/** Services that are deployed while they are in maintenance. */
export const newOperation = z.strictObject({
  services: z.array(service).min(1).max(50),
  family: z.string().min(1).max(40),
  /** Which stack is deployed, e.g. `chittyops/prod`: its report ends the step `deploy`. */
  stack: z.string().min(1).max(200),
  reason: z.string().min(1).max(400),
  /** How long what is under way may take to end before anything is deployed. */
  drainSeconds: z.int().min(0).max(3_600).default(30),
  /** Until the deployment has to have ended. */
  deployWithinSeconds: z
    .int()
    .min(60)
    .max(24 * 3_600)
    .default(3_600),
  /** Until every service has to be healthy after it. */
  verifyWithinSeconds: z.int().min(60).max(3_600).default(600),
});
export type NewOperation = z.output<typeof newOperation>;

export const operation = newOperation.extend({
  id: z.string(),
  by: z.string(),
  /** `undone`: it went wrong or was cancelled, and the maintenance is over. `undoing`: it is about to be. */
  state: z.enum(["running", "undoing", "done", "undone"]),
  /** What it is at, or ended at. */
  step: z.enum(operationSteps),
  startedAt: z.iso.datetime(),
  /** Since when it is at this step. */
  stepSince: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  history: z.array(z.object({ at: z.iso.datetime(), text: z.string() })),
});
export type Operation = z.infer<typeof operation>;

export const operationPage = z.object({
  /** Newest first. */
  operations: z.array(operation),
  next: z.string().optional(),
});
export type OperationPage = z.infer<typeof operationPage>;
