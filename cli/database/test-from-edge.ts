import { request } from "undici";
import { type ResolvedEstate, resolve } from "../../catalog/index.ts";
import { publicUrl } from "../../components/public-url.ts";
import { shellStatus } from "../../contracts/shell.ts";
import type { Databases, DeployedDatabase } from "./open-databases.ts";

/** What a Worker says of one of its Hyperdrive bindings to a database. */
export interface EdgeReport {
  service: string;
  binding: string;
  state: "passed" | "failed" | "skipped";
  found: string;
}

const patience = 15_000;

/** Asks every service that binds the database. Only a shell tells of its bindings; a service's own code has its own health check. */
export async function testFromEdge(databases: Databases, database: DeployedDatabase): Promise<EdgeReport[]> {
  const estate = resolve(databases.environment, database.service.family);
  const found = await Promise.all(bindingsTo(database, estate).map((binding) => ask(databases, binding)));
  return found;
}

type Bound = ReturnType<typeof bindingsTo>[number];

function bindingsTo({ service: owner, spec }: DeployedDatabase, { services }: ResolvedEstate) {
  const stores = new Map(services.flatMap((service) => service.stores.map((store) => [store.key, store] as const)));
  return services.flatMap((service) =>
    service.bindings.flatMap((binding) => {
      if (binding.kind !== "hyperdrive" || !("store" in binding.target)) return [];
      const store = stores.get(binding.target.store);
      const isIt =
        store?.kind === "hyperdrive" && store.database === spec.name && store.databaseOwner === owner.instance;
      return isIt ? [{ service, binding: binding.name }] : [];
    }),
  );
}

async function ask({ edgeUrl, shellToken }: Databases, { service, binding }: Bound): Promise<EdgeReport> {
  const said = (state: EdgeReport["state"], found: string) => ({ service: service.name, binding, state, found });
  const url = publicUrl(service, edgeUrl);
  if (url === undefined || service.worker === undefined) return said("skipped", "it does not run at the edge");
  const asked = new URL("/api/v1/status", url);
  const target = edgeUrl === undefined ? asked : new URL(asked.pathname, edgeUrl);
  try {
    const answer = await request(target, {
      headers: { authorization: `Bearer ${shellToken ?? ""}`, ...(edgeUrl !== undefined && { host: asked.host }) },
      signal: AbortSignal.timeout(patience),
    });
    const status = shellStatus.safeParse(await answer.body.json().catch(() => undefined));
    if (!status.success)
      return said("skipped", `it runs code of its own (status ${answer.statusCode}); ask its health`);
    const report = status.data.bindings?.find(({ name }) => name === binding);
    if (report === undefined)
      return said("failed", "the shell does not tell of this binding: bring it up to date with up");
    return said(
      report.status === "ok" ? "passed" : "failed",
      [report.status, report.detail].filter(Boolean).join(": "),
    );
  } catch (error) {
    const reason = error instanceof Error ? (Reflect.get(error, "code") ?? error.name) : String(error);
    return said("failed", `the edge does not answer for it (${reason})`);
  }
}
