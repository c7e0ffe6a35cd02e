import type { ResolvedBinding, ResolvedEstate, ResolvedService } from "../../catalog/index.ts";
import type { Dependency } from "../../contracts/registry-record.ts";

/** The services and databases that a service needs, by what it is bound to: each once, sorted. */
export function dependenciesOf(service: ResolvedService, estate: ResolvedEstate): Dependency[] {
  const found = new Map<string, Dependency>();
  const add = (kind: Dependency["kind"], name: string) => {
    if (kind !== "service" || name !== service.name) found.set(`${kind}/${name}`, { kind, name });
  };
  for (const binding of service.bindings) {
    if (binding.kind === "service") add("service", binding.service);
    const database = databaseOf(binding, estate);
    if (database !== undefined) add("database", database);
  }
  for (const secret of service.secrets) {
    if (secret.source === "output") add("database", `${secret.databaseOwner}/${secret.database}`);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, dependency]) => dependency);
}

function databaseOf(binding: ResolvedBinding, { services }: ResolvedEstate): string | undefined {
  if (binding.kind === "d1") return "id" in binding.target ? `d1/${binding.target.id}` : binding.target.store;
  if (binding.kind !== "hyperdrive" || "id" in binding.target) return undefined;
  const { store: key } = binding.target;
  const store = services.flatMap(({ stores }) => stores).find((one) => one.key === key);
  return store?.kind === "hyperdrive" ? `${store.databaseOwner}/${store.database}` : undefined;
}
