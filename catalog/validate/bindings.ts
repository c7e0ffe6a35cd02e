import { workerOf } from "../complete.ts";
import { families } from "../families.ts";
import { liveClasses } from "../live-classes.ts";
import type { BindingSpec } from "../schema/binding.ts";
import type { ServiceSpec } from "../schema/service.ts";
import type { Merged, Surroundings } from "../surroundings.ts";
import type { Report } from "./candidate.ts";
import { renameOr } from "./nearest.ts";
import { checkConsumer, checkStore, hasStore } from "./stores.ts";

/** Reports bindings that point at nothing, or at something that cannot be bound. `known`: names of all services. */
export function checkBindings(merged: Merged, around: Surroundings, known: readonly string[], report: Report): void {
  for (const binding of merged.spec.bindings ?? []) {
    const path = `bindings.${binding.name}`;
    if (hasStore(binding)) checkStore(binding, merged, around, known, report);
    if (binding.kind === "queue-consumer") checkConsumer(binding, merged, around, known, report);
    if (binding.kind === "hyperdrive") checkDatabase(binding, merged, around, known, path, report);
    if (binding.kind === "service" && !binding.external) checkTarget(binding.service, around, known, path, report);
    if (binding.kind === "durable-object") checkClass(binding, merged, around, known, report);
    if (binding.kind === "workflow" && binding.service) checkTarget(binding.service, around, known, path, report);
  }
}

/** Reports two bindings under one name. They hide each other in merging, so the raw list is looked at. */
export function checkBindingNames(entries: readonly unknown[], report: Report): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const name = typeof entry === "object" && entry !== null && "name" in entry ? entry.name : undefined;
    if (typeof name !== "string") continue;
    if (seen.has(name)) {
      report(
        `bindings.${name}`,
        `two bindings called ${name}`,
        "one binding for each name",
        "Rename or remove one of them.",
      );
    }
    if (name !== undefined) seen.add(name);
  }
}

/** The service that is meant, if it runs a Worker in the same account; reports what is wrong otherwise. */
function checkTarget(
  name: string,
  around: Surroundings,
  known: readonly string[],
  path: string,
  report: Report,
): Merged | undefined {
  const target = around.find(name);
  const field = `${path}.service`;
  if (!target) {
    if (known.includes(name)) return undefined;
    const remedy = "Declare the service, or say external: true if nobody here deploys it.";
    report(field, `${name}, which does not exist`, "a service of the catalog", renameOr(name, known, remedy));
  } else if (!workerOf(target.spec, around.environment)) {
    report(
      field,
      `${name}, which runs no Worker`,
      "a service that runs a Worker",
      "Reach it by its URL, or declare hosting.worker there.",
    );
  } else if (families[target.family].places[around.environment].account !== around.place.account) {
    report(field, `${name}, which runs in another account`, "a service of the same account", "Reach it by its URL.");
  }
  return target;
}

function checkDatabase(
  wanted: { database: string; owner?: string | undefined },
  { spec }: Merged,
  around: Surroundings,
  known: readonly string[],
  path: string,
  report: Report,
): void {
  const owner = wanted.owner ?? spec.name;
  const target = around.find(owner);
  const names = (target?.spec.databases ?? []).map(({ name }) => name);
  if (!target && !known.includes(owner)) {
    report(
      `${path}.owner`,
      `${owner}, which does not exist`,
      "a service of the catalog",
      renameOr(owner, known, "Declare it."),
    );
  } else if (target && !names.includes(wanted.database)) {
    report(
      `${path}.database`,
      `${wanted.database}, which ${owner} does not declare`,
      "a database of its owner",
      renameOr(wanted.database, names, `Add databases: [{ name: "${wanted.database}" }] to ${owner}.`),
    );
  }
}

/** Reports secrets whose database does not exist. */
export function checkOutputs(merged: Merged, around: Surroundings, known: readonly string[], report: Report): void {
  for (const secret of merged.spec.secrets ?? []) {
    if (secret.source === "output") checkDatabase(secret, merged, around, known, `secrets.${secret.name}`, report);
  }
}

function checkClass(
  binding: Extract<BindingSpec, { kind: "durable-object" }>,
  { spec }: Merged,
  around: Surroundings,
  known: readonly string[],
  report: Report,
): void {
  const path = `bindings.${binding.name}`;
  const target = binding.service === undefined ? spec : checkTarget(binding.service, around, known, path, report)?.spec;
  const worker = target && workerOf(target, around.environment);
  if (!worker) return;
  const classes = liveClasses(worker.migrations ?? []);
  if (classes.includes(binding.className)) return;
  const remedy = `Add a step to its migrations: { tag: "v${(worker.migrations?.length ?? 0) + 1}", newSqliteClasses: ["${binding.className}"] }.`;
  report(
    `${path}.className`,
    `${binding.className}, which no migration of ${(target as ServiceSpec).name} creates`,
    "a class that a migration creates",
    renameOr(binding.className, classes, remedy),
  );
}
