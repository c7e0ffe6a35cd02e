type Fields = Readonly<Record<string, unknown>>;

const mergedByField: readonly string[] = ["hosting", "health"];
/** Lists whose entries are known by their `name`. */
export const entryLists: readonly string[] = ["bindings", "databases", "secrets"];

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` on top of `base`, field by field: `undefined` keeps a field, `null` removes it, anything else replaces it whole. */
function mergeFields(base: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(over)) {
    if (value === null) delete merged[field];
    else if (value !== undefined) merged[field] = value;
  }
  return merged;
}

/** An entry that is not declared is left out: `validateCatalog` reports it. */
function mergeEntries(entries: readonly unknown[], over: Fields): unknown[] {
  return entries.flatMap((entry) => {
    const name = isFields(entry) && typeof entry.name === "string" ? entry.name : undefined;
    const change = name !== undefined && Object.hasOwn(over, name) ? over[name] : undefined;
    if (change === null) return [];
    return [isFields(entry) && isFields(change) ? mergeFields(entry, change) : entry];
  });
}

/** A service with one override on top. Neither is changed. */
function applyOverride(service: Fields, override: Fields): Fields {
  const merged: Record<string, unknown> = { ...mergeFields(service, override) };
  for (const field of mergedByField) {
    if (isFields(override[field]) && isFields(service[field]))
      merged[field] = mergeFields(service[field], override[field]);
  }
  for (const field of entryLists) {
    if (isFields(override[field])) {
      const entries = service[field];
      merged[field] = mergeEntries(Array.isArray(entries) ? entries : [], override[field]);
    }
  }
  return merged;
}

/** `service`, then its override for the environment, then the one for the family; the overrides themselves are left out. */
export function mergeService(service: Fields, environment: string, family: string): Fields {
  const { environments, families, ...base } = service;
  const layers = [environments, families].map((overrides, index) => {
    const override = isFields(overrides) ? overrides[index === 0 ? environment : family] : undefined;
    return isFields(override) ? override : {};
  });
  return layers.reduce(applyOverride, base);
}
