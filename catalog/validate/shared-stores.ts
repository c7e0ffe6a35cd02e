import type { EnvironmentName } from "../environments.ts";
import type { Surroundings } from "../surroundings.ts";
import { isPlaceholder } from "./values.ts";

interface Use {
  service: string;
  field: string;
  key: string;
  environment: EnvironmentName;
  shared: boolean;
}

/** External stores that more than one environment uses, where not all of the uses say `shared`. */
export function unsharedStores(surroundings: readonly Surroundings[]): (Use & { users: readonly EnvironmentName[] })[] {
  const uses = surroundings.flatMap(({ environment, own }) =>
    [...own.values()].flatMap(({ spec }) =>
      (spec.bindings ?? []).flatMap((binding): Use[] => {
        if (!("external" in binding && "id" in binding) || binding.id === undefined) return [];
        if (isPlaceholder(binding.id)) return [];
        const field = `bindings.${binding.name}.id`;
        const key = `${binding.kind}/${binding.id}`;
        return [{ service: spec.name, field, key, environment, shared: binding.shared === true }];
      }),
    ),
  );
  return uses.flatMap((use) => {
    const users = [...new Set(uses.filter(({ key }) => key === use.key).map(({ environment }) => environment))];
    return use.shared || users.length < 2 ? [] : [{ ...use, users }];
  });
}
