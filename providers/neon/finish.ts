import type { Operation } from "@neondatabase/api-client";
import type { Found } from "../kit/definition.ts";
import { PartialFailure, ProviderError } from "../kit/errors.ts";
import type { JsonMap } from "../kit/value.ts";
import type { Api } from "./api/api.ts";
import { settle, settleAll } from "./api/operations.ts";

/** Something that exists now. */
export interface Made {
  readonly projectId: string;
  readonly id: string;
  /** What is known of it already. */
  readonly outputs: JsonMap;
  /** What its creation began; unknown when the answer was lost. */
  readonly operations?: readonly Operation[] | undefined;
}

/**
 * Waits for what a creation began, and completes it.
 * @throws PartialFailure when that fails, so that what exists is recorded and the next `up` goes on with it.
 */
export async function finish(
  api: Api,
  made: Made,
  signal: AbortSignal,
  complete: () => Promise<JsonMap> = async () => ({}),
): Promise<Found> {
  const { id, outputs, operations, projectId } = made;
  try {
    if (operations) await settle(api, operations, signal);
    else await settleAll(api, projectId, signal);
    return { id, outputs: { ...outputs, ...(await complete()) } };
  } catch (error) {
    if (signal.aborted) throw new PartialFailure(id, outputs, "It was made, but the run ended before it was ready.");
    if (error instanceof ProviderError) throw new PartialFailure(id, outputs, error.message);
    const stack = error instanceof Error ? error.stack : String(error);
    throw new PartialFailure(id, outputs, `This is a bug in the plugin: ${stack}`);
  }
}
