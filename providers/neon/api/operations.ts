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
 * Waits for operations that a change began in one project; each look is one request, however many there are.
 * @throws ProviderError naming the operation that failed, was cancelled or is not over by the deadline.
 */
export async function settle(api: Api, operations: readonly Operation[], signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + api.options.operationDeadlineMs;
  const seenFailed = new Map<string, number>();
  let open = stillOpen(operations, seenFailed);
  for (let wait = firstPollMs; open.length > 0; wait = Math.min(wait * 1.5, slowestPollMs)) {
    const [first] = open;
    if (first && Date.now() >= deadline) {
      const minutes = Math.round(api.options.operationDeadlineMs / 60_000);
      throw new ProviderError(
        `${described(first)} is still ${first.status} after ${minutes} minutes. Run up again: it goes on waiting.`,
      );
    }
    await setTimeout(Math.min(wait, Math.max(deadline - Date.now(), 1)), undefined, { signal });
    open = stillOpen(await lookedAt(api, open, signal), seenFailed);
  }
}

/** Waits for whatever is under way in a project: for a change whose answer, with its operations, was lost. */
export async function settleAll(api: Api, projectId: string, signal: AbortSignal): Promise<void> {
  const operations = await newest(api, projectId, signal);
  await settle(
    api,
    operations.filter(({ status }) => !over.has(status) && !failed.has(status)),
    signal,
  );
}

/**
 * Those that are not over.
 * @throws ProviderError for one that was cancelled, or that Neon has given up.
 */
function stillOpen(operations: readonly Operation[], seenFailed: Map<string, number>): Operation[] {
  for (const operation of operations) {
    const { id, status, error } = operation;
    if (status === "cancelled") throw new ProviderError(`${described(operation)} was cancelled. Run up again.`);
    const seen = failed.has(status) ? (seenFailed.get(id) ?? 0) + 1 : 0;
    seenFailed.set(id, seen);
    if (seen < looksAtFailed) continue;
    const reason = error === undefined ? "" : `: ${withoutUris(error)}`;
    throw new ProviderError(`${described(operation)} failed${reason}. Run up again; if it fails again, ask Neon.`);
  }
  return operations.filter(({ status }) => !over.has(status));
}

async function lookedAt(api: Api, open: readonly Operation[], signal: AbortSignal): Promise<Operation[]> {
  const [first, ...others] = open;
  if (first === undefined) return [];
  // One that a busy project has pushed off the list is asked for by itself.
  const listed = others.length === 0 ? [] : await newest(api, first.project_id, signal);
  return Promise.all(
    open.map(
      async ({ id, project_id }) =>
        listed.find((operation) => operation.id === id) ??
        (await api.call("getProjectOperation", [project_id, id], signal)).operation,
    ),
  );
}

async function newest(api: Api, projectId: string, signal: AbortSignal): Promise<Operation[]> {
  return (await api.call("listProjectOperations", [{ projectId, limit: 100 }], signal)).operations;
}

function described({ action, id, project_id }: Operation): string {
  return `Neon's operation ${action} (${id}) in project ${project_id}`;
}
