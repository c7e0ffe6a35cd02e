import type { EndpointPorts, PostgresFleet } from "../postgres/types.ts";
import { dataOf, type NeonEndpointRecord, neonProjects } from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";

/** Seconds that `suspend_timeout_seconds: 0` stands for. */
const defaultSuspendSeconds = 300;

/** Seconds without a connection after which it is suspended; 0: never. */
export function suspendAfter({
  suspendTimeoutSeconds: seconds,
}: Pick<NeonEndpointRecord, "suspendTimeoutSeconds">): number {
  if (seconds === 0) return defaultSuspendSeconds;
  return seconds < 0 ? 0 : seconds;
}

/** Makes the fleet listen for an endpoint as its record says; also when it listens already and the record has changed. */
export function openEndpoint(
  { store, fleet }: { store: Store; fleet: PostgresFleet },
  endpoint: Omit<NeonEndpointRecord, "ports">,
): Promise<EndpointPorts> {
  const refusal = refusalOf(store, endpoint);
  return fleet.openEndpoint({
    id: endpoint.id,
    branchId: dataOf(store, endpoint.branchId),
    readOnly: endpoint.type === "read_only",
    suspendAfter: suspendAfter(endpoint),
    maxConnections: maxConnections(endpoint.maxCu),
    ...(refusal === undefined ? {} : { refuse: refusal }),
  });
}

/** Why nobody may connect, in the words of Neon's proxy. */
function refusalOf(store: Store, endpoint: Omit<NeonEndpointRecord, "ports">): string | undefined {
  if (endpoint.isDisabled) return "The endpoint has been disabled. Enable it using Neon API and retry.";
  const project = store.find(neonProjects, endpoint.projectId);
  return project?.deletedAt === undefined ? project?.exhausted : "The requested endpoint could not be found.";
}

/** By the memory of the largest compute, 4 GB each: https://neon.com/docs/connect/connection-pooling#connection-limits-without-connection-pooling */
function maxConnections(maxCu: number): number {
  return Math.min(4000, Math.floor(maxCu * 450.5));
}
