import type { ServiceSpec } from "../catalog/schema/service.ts";
import { services as declared } from "../catalog/services/index.ts";

/**
 * The catalog without its databases and what needs them (`CHITTYOPS_CATALOG`): wrangler has no command for a database, so neither side of
 * the comparison makes one.
 */
export const services: readonly ServiceSpec[] = declared.map(({ databases: _databases, ...service }) => {
  const outputs = new Set((service.secrets ?? []).flatMap(({ source, name }) => (source === "output" ? [name] : [])));
  const needsNone = (service.bindings ?? []).filter(
    (binding) =>
      binding.kind !== "hyperdrive" &&
      !((binding.kind === "secret" || binding.kind === "secrets-store") && outputs.has(binding.secret ?? binding.name)),
  );
  return {
    ...service,
    bindings: needsNone,
    secrets: (service.secrets ?? []).filter(({ source }) => source !== "output"),
  };
});
