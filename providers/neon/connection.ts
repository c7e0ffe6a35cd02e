import { ProviderError } from "../kit/errors.ts";
import { isLoopback } from "../kit/loopback.ts";
import type { JsonMap } from "../kit/value.ts";
import type { Api } from "./api/api.ts";
import { NeonFailure } from "./api/failure.ts";

export interface Access {
  readonly projectId: string;
  readonly branchId: string;
  readonly endpointId?: string | undefined;
  readonly database: string;
  readonly role: string;
}

interface Uris {
  readonly direct: URL;
  readonly pooled: URL;
}

const neonPort = 5432;

/**
 * How a database is reached as one of its roles, both directly and through the pooler. Nothing where Neon cannot say, since it
 * stores no passwords in this project, or since the role, the database or the endpoint is gone.
 */
export async function connection(api: Api, access: Access, signal: AbortSignal): Promise<JsonMap> {
  const uris = await urisOf(api, access, signal);
  return uris === undefined ? {} : connectionOutputs(uris);
}

export function connectionOutputs({ direct, pooled }: Uris): JsonMap {
  return {
    ...addresses({ direct, pooled }),
    password: decodeURIComponent(direct.password),
    connectionUri: direct.href,
    pooledConnectionUri: pooled.href,
  };
}

function addresses({ direct, pooled }: Uris): JsonMap {
  return {
    host: direct.hostname,
    port: Number(direct.port || neonPort),
    poolerHost: pooled.hostname,
    poolerPort: Number(pooled.port || neonPort),
  };
}

/**
 * Where an endpoint listens. Neon's are all on port 5432 and differ by host; the embedded cloud's are all on one host and differ by port,
 * which only a connection URI tells.
 */
export async function addressesOf(
  api: Api,
  endpoint: { projectId: string; branchId: string; endpointId: string; host: string },
  signal: AbortSignal,
): Promise<JsonMap> {
  const { projectId, branchId, endpointId, host } = endpoint;
  const [name = "", ...domains] = host.split(".");
  const known = { host, port: neonPort, poolerHost: [`${name}-pooler`, ...domains].join("."), poolerPort: neonPort };
  if (!isLoopback(api.baseUrl)) return known;
  const { databases } = await api.call("listProjectBranchDatabases", [projectId, branchId], signal);
  const [first] = databases;
  if (!first) return known;
  const access = { projectId, branchId, endpointId, database: first.name, role: first.owner_name };
  const uris = await urisOf(api, access, signal);
  return uris === undefined ? known : addresses(uris);
}

async function urisOf(api: Api, access: Access, signal: AbortSignal): Promise<Uris | undefined> {
  const { projectId, branchId, endpointId, database, role } = access;
  const endpoint = endpointId === undefined ? {} : { endpoint_id: endpointId };
  const query = { projectId, branch_id: branchId, ...endpoint, database_name: database, role_name: role };
  const get = async (pooled: boolean) => {
    const { uri } = await api.call("getConnectionUri", [{ ...query, pooled }], signal);
    if (!URL.canParse(uri)) throw new ProviderError(`Neon gave a connection URI for role ${role} that cannot be read.`);
    return new URL(uri);
  };
  try {
    return { direct: await get(false), pooled: await get(true) };
  } catch (error) {
    if (error instanceof NeonFailure && error.outcome === "refused" && !error.passing) return undefined;
    throw error;
  }
}
