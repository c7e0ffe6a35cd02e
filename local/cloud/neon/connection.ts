import type { NeonDatabaseRecord, NeonEndpointRecord, NeonRoleRecord } from "../store/records/neon.ts";

interface Target {
  endpoint: Pick<NeonEndpointRecord, "ports">;
  role: Pick<NeonRoleRecord, "name" | "password">;
  database: Pick<NeonDatabaseRecord, "name">;
}

/** Where a database is reached; the port says whether through the pooler. */
export function connectionUri({ endpoint, role, database }: Target, isPooled = false): string {
  const uri = new URL("postgresql://127.0.0.1");
  uri.username = encodeURIComponent(role.name);
  uri.password = encodeURIComponent(role.password);
  uri.port = String(isPooled ? endpoint.ports.pooled : endpoint.ports.direct);
  uri.pathname = `/${encodeURIComponent(database.name)}`;
  uri.searchParams.set("sslmode", "require");
  return uri.href;
}

/** As the answers to creating a project or a branch have it. */
export function connectionDetails(target: Target): object {
  return {
    connection_uri: connectionUri(target),
    connection_parameters: {
      database: target.database.name,
      password: target.role.password,
      role: target.role.name,
      host: "127.0.0.1",
      pooler_host: "127.0.0.1",
    },
  };
}
