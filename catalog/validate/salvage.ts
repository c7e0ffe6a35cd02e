import { entryLists, isFields } from "../merge.ts";
import { overridableFields, type ServiceSpec, service } from "../schema/service.ts";

/** What a service is taken for where it does not say, while the rest of it is looked at. */
const stopgap = {
  short: "unnamed",
  description: "?",
  family: "chittyos",
  tier: 5,
  owner: "?",
  dataClass: "internal",
  hosting: { kind: "worker" },
};

const lists = [...entryLists, "hosts", "routes", "crons"];

/**
 * What of a service fits the schema, so that one mistake does not hide the others. `whole`: nothing was left out.
 * Overrides are left out altogether; `checkOverrides` looks at them.
 */
export function salvage(raw: Readonly<Record<string, unknown>>, name: string): { spec: ServiceSpec; whole: boolean } {
  const { environments: _environments, families: _families, ...base } = raw;
  const parsed = service.safeParse(base);
  if (parsed.success) return { spec: parsed.data as ServiceSpec, whole: true };
  // A host of its own, so that two services without one do not seem to claim the same.
  const hosts = [`${name}.unnamed.{domain}`];
  const kept: Record<string, unknown> = { ...stopgap, name, hosts };
  for (const [field, schema] of Object.entries(service.shape)) {
    const value = base[field];
    if (value === undefined || field === "name") continue;
    if (schema.safeParse(value).success) kept[field] = value;
    else if (lists.includes(field) && Array.isArray(value)) {
      kept[field] = value.filter((entry) => schema.safeParse([entry]).success);
    } else if (field === "hosting" && isFields(value) && typeof value.kind === "string")
      kept[field] = keptHosting(value);
  }
  if (Array.isArray(kept.hosts) && kept.hosts.length === 0) kept.hosts = hosts;
  return { spec: service.parse(kept) as ServiceSpec, whole: false };
}

/** The fields of a hosting that fit. */
function keptHosting(value: Readonly<Record<string, unknown>>): unknown {
  const fitting = Object.entries(value).filter(([field, given]) => {
    if (field === "kind") return true;
    const alone = overridableFields.hosting.safeParse({ kind: value.kind, [field]: given });
    return alone.success || !alone.error.issues.some((issue) => issue.path[0] === field || "keys" in issue);
  });
  const kept = Object.fromEntries(fitting);
  return overridableFields.hosting.safeParse(kept).success ? kept : stopgap.hosting;
}
