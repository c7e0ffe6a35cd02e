import {
  type DurableObjectNamespaceRecord,
  durableObjectNamespaces,
  type ScriptRecord,
  scriptKey,
  scriptScope,
} from "../../store/records/workers.ts";
import type { Store } from "../../store/store.ts";
import { ApiError } from "../api-error.ts";
import { hexId } from "../ids.ts";
import type { MigrationStep, Migrations } from "./metadata.ts";

/** What migrations do to the Durable Object namespaces of an account, worked out before anything is written. */
export interface MigrationPlan {
  /** The script's own namespaces afterwards. */
  namespaces: DurableObjectNamespaceRecord[];
  /** Those whose objects are to be forgotten. */
  deleted: DurableObjectNamespaceRecord[];
  /** Those that came from another script. */
  transferred: DurableObjectNamespaceRecord[];
  tag: string | undefined;
}

/**
 * Applies `migrations` to the classes of `script`: https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/
 *
 * The same migrations sent again change nothing: a client whose connection broke sends its upload twice, and the second must succeed.
 * @throws {ApiError} 400: 10079 when `old_tag` is not the script's tag, 10074 when a class is or is not there already.
 */
export function planMigrations(
  store: Store,
  script: ScriptRecord,
  migrations: Migrations | null | undefined,
): MigrationPlan {
  const key = scriptKey(script);
  const namespaces = store
    .list(durableObjectNamespaces, script.accountId)
    .filter((namespace) => namespace.scriptKey === key);
  const plan: MigrationPlan = { namespaces, deleted: [], transferred: [], tag: script.migrationTag };
  if (!migrations) return plan;
  if (script.lastMigrations !== undefined && JSON.stringify(migrations) === JSON.stringify(script.lastMigrations))
    return plan;
  const newTag = migrations.new_tag ?? undefined;
  const oldTag = migrations.old_tag ?? undefined;
  const isTagged = newTag !== undefined || oldTag !== undefined;
  if (isTagged && (oldTag ?? "") !== (script.migrationTag ?? "")) {
    throw new ApiError(
      412,
      10079,
      `Migration tag precondition failed, got tag '${oldTag ?? ""}' when expected tag is '${script.migrationTag ?? ""}'.`,
    );
  }
  for (const step of migrations.steps ?? [migrations]) applyStep(store, script, plan, step);
  plan.tag = newTag ?? script.migrationTag;
  return plan;
}

function applyStep(store: Store, script: ScriptRecord, plan: MigrationPlan, step: MigrationStep): void {
  for (const transfer of step.transferred_classes ?? []) {
    const from = `${scriptScope(script.accountId, script.dispatchNamespace)}/${transfer.from_script}`;
    const namespace = store.byName(durableObjectNamespaces, script.accountId, `${from}:${transfer.from}`);
    if (!namespace) {
      throw new ApiError(
        400,
        10074,
        `Cannot apply transfer-class migration from class '${transfer.from}' of script '${transfer.from_script}' that does not exist.`,
      );
    }
    refuseTaken(plan, transfer.to, "transfer-class");
    const moved = { ...namespace, className: transfer.to, scriptKey: scriptKey(script), scriptName: script.name };
    plan.transferred.push(moved);
    plan.namespaces = [...plan.namespaces, moved];
  }
  for (const { from, to } of step.renamed_classes ?? []) {
    refuseTaken(plan, to, "rename-class");
    existing(plan, from, "rename-class");
    plan.namespaces = plan.namespaces.map((namespace) =>
      namespace.className === from ? { ...namespace, className: to } : namespace,
    );
  }
  for (const className of step.deleted_classes ?? []) {
    const namespace = existing(plan, className, "delete-class");
    plan.namespaces = plan.namespaces.filter((other) => other !== namespace);
    plan.deleted.push(namespace);
  }
  for (const [classes, sqlite] of [
    [step.new_classes, false],
    [step.new_sqlite_classes, true],
  ] as const) {
    for (const className of classes ?? []) {
      refuseTaken(plan, className, sqlite ? "new-sqlite-class" : "new-class");
      const { accountId, name } = script;
      plan.namespaces = [
        ...plan.namespaces,
        { id: hexId(), accountId, scriptKey: scriptKey(script), scriptName: name, className, sqlite },
      ];
    }
  }
}

function refuseTaken(plan: MigrationPlan, className: string, migration: string): void {
  if (plan.namespaces.some((namespace) => namespace.className === className)) {
    throw new ApiError(
      400,
      10074,
      `Cannot apply ${migration} migration to class '${className}' that is already depended on by existing Durable Objects`,
    );
  }
}

function existing(plan: MigrationPlan, className: string, migration: string): DurableObjectNamespaceRecord {
  const namespace = plan.namespaces.find((candidate) => candidate.className === className);
  if (!namespace) {
    throw new ApiError(
      400,
      10074,
      `Cannot apply ${migration} migration to class '${className}' which was not exported in the previous version of the script`,
    );
  }
  return namespace;
}

/**
 * Every class with objects must be exported by the new code.
 * @throws {ApiError} 400/10070 for a class that is new, 400/10064 for one that exists.
 */
export function checkExports(
  before: ScriptRecord | undefined,
  store: Store,
  plan: MigrationPlan,
  classes: string[],
): void {
  for (const namespace of plan.namespaces) {
    if (classes.includes(namespace.className)) continue;
    const isNew = !before || !store.get(durableObjectNamespaces, namespace.accountId, namespace.id);
    throw isNew
      ? new ApiError(
          400,
          10070,
          `Cannot apply ${namespace.sqlite ? "new-sqlite-class" : "new-class"} migration to class '${namespace.className}' that is not exported by script.`,
        )
      : new ApiError(
          400,
          10064,
          `New version of script does not export class '${namespace.className}' which is depended on by existing Durable Objects. If you want to delete the object's storage, use a delete-class migration.`,
        );
  }
}

/** Writes what was planned. */
export function commitMigrations(store: Store, script: ScriptRecord, plan: MigrationPlan): void {
  const key = scriptKey(script);
  for (const { accountId, id } of [...plan.deleted, ...plan.transferred])
    store.remove(durableObjectNamespaces, accountId, id);
  // Renames can swap two names: all rows go before any comes back.
  for (const { id, scriptKey: owner, accountId } of store.list(durableObjectNamespaces, script.accountId)) {
    if (owner === key) store.remove(durableObjectNamespaces, accountId, id);
  }
  for (const namespace of plan.namespaces) store.put(durableObjectNamespaces, namespace);
}
