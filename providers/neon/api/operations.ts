import { setTimeout } from "node:timers/promises";
import type { Operation } from "@neondatabase/api-client";
import { ProviderError } from "../../kit/errors.ts";
import type { Api } from "./api.ts";
import { withoutUris } from "./failure.ts";

const over = new Set<string>(["finished", "skipped", "cancelled"]);
const failed = new Set<string>(["failed", "error"]);

/** Neon takes up a failed operation again by itself. After this many looks at one that stays failed, it does not. */
const looksAtFailed = 8;

const firstPollMs = 100;
const slowestPollMs = 3000;

/**
 * Waits for operations that a change began.
 * @throws ProviderError naming the operation that failed, was cancelled or is not over by the deadline.
 */
export async function settle(api: Api, operations: readonly Operation[], signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + api.options.operationDeadlineMs;
  for (const operation of operations) await settleOne(api, operation, deadline, signal);
}

/** Waits for whatever is under way in a project: for a change whose answer, with its operations, was lost. */
export async function settleAll(api: Api, projectId: string, signal: AbortSignal): Promise<void> {
  const { operations } = await api.call("listProjectOperations", [{ projectId, limit: 100 }], signal);
  const open = operations.filter(({ status }) => !over.has(status) && !failed.has(status));
  await settle(api, open.toReversed(), signal);
}

async function settleOne(api: Api, begun: Operation, deadline: number, signal: AbortSignal): Promise<void> {
  let operation = begun;
  let seenFailed = 0;
  for (let wait = firstPollMs; !over.has(operation.status); wait = Math.min(wait * 1.5, slowestPollMs)) {
    seenFailed = failed.has(operation.status) ? seenFailed + 1 : 0;
    if (seenFailed === looksAtFailed) {
      const reason = operation.error === undefined ? "" : `: ${withoutUris(operation.error)}`;
      throw new ProviderError(`${described(operation)} failed${reason}. Run up again; if it fails again, ask Neon.`);
    }
    if (Date.now() >= deadline) {
      const minutes = Math.round(api.options.operationDeadlineMs / 60_000);
      throw new ProviderError(
        `${described(operation)} is still ${operation.status} after ${minutes} minutes. Run up again: it goes on waiting.`,
      );
    }
    await setTimeout(Math.min(wait, Math.max(deadline - Date.now(), 1)), undefined, { signal });
    const found = await api.call("getProjectOperation", [begun.project_id, begun.id], signal);
    operation = found.operation;
  }
  if (operation.status === "cancelled") throw new ProviderError(`${described(operation)} was cancelled. Run up again.`);
}

function described({ action, id, project_id }: Operation): string {
  return `Neon's operation ${action} (${id}) in project ${project_id}`;
}
