import { type Api, createApiClient } from "@neondatabase/api-client";
import type { BenchHome } from "./home.ts";

/** Neon's own client, on the embedded cloud of a home. */
export function neonClient(home: BenchHome): Api<unknown> {
  return createApiClient({ apiKey: home.neonKey, baseURL: `${home.daemon.controlUrl}/api/v2` });
}

/** Waits until no operation of the project is under way. */
export async function operationsEnded(neon: Api<unknown>, projectId: string): Promise<void> {
  const deadline = Date.now() + 600_000;
  while (Date.now() < deadline) {
    const { data } = await neon.listProjectOperations({ projectId, limit: 20 });
    if (data.operations.every(({ status }) => ["finished", "skipped", "cancelled"].includes(status))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("Neon's operations did not end.");
}
