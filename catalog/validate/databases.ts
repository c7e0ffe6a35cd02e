import { sensitiveDatabase } from "../complete-binding.ts";
import { completeDatabase, completeEndpoint, seconds } from "../complete-database.ts";
import { isSensitive } from "../data-classes.ts";
import { environments } from "../environments.ts";
import { hasFolder } from "../repository-folder.ts";
import { autoscalingUnits, type DatabaseSpec, fixedUnits } from "../schema/database.ts";
import type { Merged, Surroundings } from "../surroundings.ts";
import type { Report } from "./candidate.ts";

const day = 86_400;
/** The longest history that any of Neon's plans keeps. */
const longestRetention = 30 * day;
/** Between the least and the greatest size that scales. */
const widestRange = 8;

/** Reports what does not fit together about a service's databases, and how its bindings and secrets use them. */
export function checkDatabases(merged: Merged, around: Surroundings, report: Report): void {
  const { databases = [], dataClass } = merged.spec;
  const names = new Set<string>();
  for (const database of databases) {
    const path = `databases.${database.name}`;
    if (names.has(database.name))
      report(path, `two databases called ${database.name}`, "one database for each name", "Rename one of them.");
    names.add(database.name);
    const at =
      (field: string): Report =>
      (inner, ...rest) =>
        report(`${path}.${field}${inner}`, ...rest);
    checkFolders(database, at);
    checkEndpoint(database, around, at("endpoint"));
    checkRetention(database, at("retention"));
    checkBackup(database, merged, around, at("backup"));
    const { owner, runtime } = completeDatabase(database, merged, around).roles;
    if (owner === runtime)
      report(
        `${path}.roles`,
        `${owner} as owner and as the role the service runs as`,
        "two roles, so that the service cannot change its own tables' definition",
        "Name two, or leave them to their defaults.",
      );
    if (database.protected === false && environments[around.environment].protectsData && isSensitive(dataClass))
      report(`${path}.protected`, `false for ${dataClass} data`, "true, or nothing", "Remove it.");
  }
  checkCaching(merged, around, report);
  checkOwnerSecrets(merged, around, report);
}

function checkFolders({ migrations, seeds }: DatabaseSpec, at: (field: string) => Report): void {
  for (const [field, folder] of [
    ["migrations", migrations],
    ["seeds", seeds],
  ] as const)
    if (folder !== undefined && !hasFolder(folder))
      at(field)(
        "",
        `${folder}, which is no folder of this repository`,
        "a folder",
        "Correct the path, or make the folder.",
      );
}

function checkEndpoint(database: DatabaseSpec, around: Surroundings, report: Report): void {
  const { endpoint = {} } = database;
  const { minCu, maxCu, suspendSeconds } = completeEndpoint(database, around);
  const known = new Set([...autoscalingUnits, ...fixedUnits]);
  const unknown = (["minCu", "maxCu"] as const).filter(
    (field) => endpoint[field] !== undefined && !known.has(endpoint[field]),
  );
  for (const field of unknown)
    report(
      `.${field}`,
      `${endpoint[field]}`,
      "0.25, 0.5, 1 to 16, or an even number up to 56",
      `Take ${nearest(endpoint[field], [...known])}.`,
    );
  if (unknown.length === 0 && minCu > maxCu) {
    report(
      ".minCu",
      `${minCu}, more than maxCu (${maxCu})`,
      "at most maxCu",
      "Let the two change places, or raise maxCu.",
    );
  } else if (unknown.length === 0 && minCu !== maxCu && maxCu > 16) {
    report(
      ".maxCu",
      `${maxCu} beside minCu ${minCu}`,
      "at most 16 where the size scales",
      `Take 16, or set minCu to ${maxCu} as well: a larger compute has a fixed size.`,
    );
  } else if (unknown.length === 0 && maxCu - minCu > widestRange) {
    report(
      endpoint.maxCu === undefined ? ".minCu" : ".maxCu",
      `a range from ${minCu} to ${maxCu}`,
      `at most ${widestRange} between the two`,
      `Set minCu to ${maxCu - widestRange}, or maxCu to ${nearest(minCu + widestRange, autoscalingUnits)}.`,
    );
  }
  if (suspendSeconds !== -1 && (suspendSeconds < 60 || suspendSeconds > 7 * day))
    report(".suspendAfter", `${endpoint.suspendAfter}`, '1m to 7d, or "never"', "Take a time between them.");
}

function nearest(wanted: number | undefined, sizes: readonly number[]): number {
  const distance = (size: number) => Math.abs(size - (wanted ?? 0));
  return [...sizes].sort((a, b) => distance(a) - distance(b) || a - b)[0] ?? 1;
}

function checkRetention({ retention }: DatabaseSpec, report: Report): void {
  if (retention !== undefined && seconds(retention) > longestRetention)
    report("", retention, "at most 30d, what Neon's plans keep", "Take 30d; a backup is kept longer than that.");
}

function checkBackup(database: DatabaseSpec, merged: Merged, around: Surroundings, report: Report): void {
  const { dataClass } = merged.spec;
  const sensitive = isSensitive(dataClass) && environments[around.environment].protectsData;
  if (database.backup === "none" && sensitive)
    report("", `none for ${dataClass} data`, "a backup each day", "Remove it: the default is each day, kept 30d.");
  const { backup } = completeDatabase(database, merged, around);
  if (backup === undefined) return;
  const told = typeof database.backup === "object" ? database.backup : {};
  const field = told.every === undefined ? ".keep" : ".every";
  if (backup.everySeconds > backup.keepSeconds)
    report(
      field,
      `a backup every ${shown(backup.everySeconds)}, kept ${shown(backup.keepSeconds)}`,
      "one that is kept until the next one is there",
      "Back up more often, or keep it longer.",
    );
  else if (sensitive && backup.everySeconds > day)
    report(
      field,
      `a backup every ${shown(backup.everySeconds)} of ${dataClass} data`,
      "one each day",
      "Take 1d or less.",
    );
}

function shown(time: number): string {
  return time % day === 0 ? `${time / day}d` : time % 3_600 === 0 ? `${time / 3_600}h` : `${time / 60}m`;
}

function checkCaching(merged: Merged, around: Surroundings, report: Report): void {
  for (const binding of merged.spec.bindings ?? []) {
    if (binding.kind !== "hyperdrive" || binding.caching !== true || !sensitiveDatabase(binding, merged, around))
      continue;
    const { dataClass } = (binding.owner === undefined ? merged : around.find(binding.owner))?.spec ?? merged.spec;
    report(
      `bindings.${binding.name}.caching`,
      `a cache for ${dataClass} data`,
      "no cache: what it holds can neither be called back nor deleted",
      "Remove caching; it is off for such data.",
    );
  }
}

/** A service runs as the role without DDL, unless it has to migrate by itself. */
function checkOwnerSecrets({ spec }: Merged, around: Surroundings, report: Report): void {
  const bound = new Set(
    (spec.bindings ?? []).flatMap((b) =>
      b.kind === "secret" || b.kind === "secrets-store" ? [b.secret ?? b.name] : [],
    ),
  );
  for (const secret of spec.secrets ?? []) {
    if (secret.source !== "output" || secret.role !== "owner" || !bound.has(secret.name)) continue;
    const declaring = secret.owner === undefined ? spec : around.find(secret.owner)?.spec;
    const database = declaring?.databases?.find(({ name }) => name === secret.database);
    if (database === undefined || (database.migrations === undefined && secret.owner === undefined)) continue;
    report(
      `secrets.${secret.name}.role`,
      `the owner of ${secret.database} for the running service`,
      "the role without DDL: only migrations need the owner, and they run in the deployment",
      "Remove role.",
    );
  }
}
