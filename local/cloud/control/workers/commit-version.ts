import { createHash, randomUUID } from "node:crypto";
import {
  type DeploymentRecord,
  type ScriptRecord,
  type StoredModule,
  scriptKey,
  scripts,
  type VersionRecord,
  versions,
} from "../../store/records/workers.ts";
import type { Store } from "../../store/store.ts";
import { workerSpec } from "../../store/worker-spec.ts";
import type { WorkerBinding, WorkerModule } from "../../types.ts";
import { localUser } from "../accounts/local-user.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { hexId } from "../ids.ts";
import { checkBindings } from "./bindings.ts";
import type { Migrations, ScriptSettings } from "./metadata.ts";
import { checkExports, commitMigrations, type MigrationPlan, planMigrations } from "./migrate-classes.ts";
import { findScript, latestVersion, type ScriptTarget } from "./script-target.ts";

/** How many versions of a script are kept, as Cloudflare does; deployed ones stay in any case. */
const keptVersions = 100;

/** What a new version is made of; worked out from the version before it. */
export interface VersionDraft {
  mainModule: string;
  modules: StoredModule[];
  compatibilityDate: string;
  compatibilityFlags: string[];
  usageModel: string;
  limits?: { cpu_ms?: number | undefined; subrequests?: number | undefined } | undefined;
  placement?: Record<string, unknown> | undefined;
  bindings: WorkerBinding[];
  assets?: { directory: string; config: Record<string, unknown> } | undefined;
  annotations: Record<string, string>;
  migrations?: Migrations | null | undefined;
  /** Not versioned; only given where the call sets it. */
  settings?: ScriptSettings | undefined;
}

export interface CommittedVersion {
  script: ScriptRecord;
  version: VersionRecord;
}

interface Planned extends CommittedVersion {
  before: ScriptRecord | undefined;
  previous: VersionRecord | undefined;
  migration: MigrationPlan;
}

/**
 * Makes a new version of a script, tries it, and writes it: the one way by which code or bindings ever change.
 *
 * `draft` is called twice, before the trial and in the transaction after it, so that what is written fits the store at that moment.
 * @param options.deploy whether all requests go to the new version at once.
 * @throws {ApiError} 400/10021 when the code does not start, and whatever the checks of bindings and migrations find.
 */
export async function commitVersion(
  call: Call,
  target: ScriptTarget,
  options: { deploy: boolean; source: string; draft(previous: VersionRecord | undefined): VersionDraft },
): Promise<CommittedVersion> {
  const first = plan(call, target, options);
  const exported = await tryCode(call, first);
  const committed = call.store.transaction(() => {
    const planned = plan(call, target, options);
    const version = { ...planned.version, handlers: exported.handlers, classes: exported.classes };
    checkExports(planned.before, call.store, planned.migration, exported.classes);
    checkBindings(version.bindings, bindingContext(call, planned, exported.classes));
    const script = options.deploy ? deployed(call, planned.script, version, options.source) : planned.script;
    commitMigrations(call.store, script, planned.migration);
    call.store.put(scripts, script);
    call.store.put(versions, version);
    dropOldVersions(call.store, script);
    return { script, version, deleted: planned.migration.deleted };
  });
  for (const { id } of committed.deleted) await call.runtime.dropStorage("durable-object", id);
  if (options.deploy) call.runtime.desiredStateChanged();
  return { script: committed.script, version: committed.version };
}

function plan(
  call: Call,
  target: ScriptTarget,
  options: { source: string; draft(previous: VersionRecord | undefined): VersionDraft },
): Planned {
  const before = findScript(call.store, target);
  const previous = before && latestVersion(call.store, before);
  const draft = options.draft(previous);
  const script = withSettings(before ?? newScript(call, target), draft.settings, call.now());
  const migration = planMigrations(call.store, script, draft.migrations);
  if (migration.tag !== undefined) script.migrationTag = migration.tag;
  checkTailConsumers(call, script);
  if (draft.migrations) script.lastMigrations = draft.migrations;
  script.versionCount += 1;
  const { migrations: _migrations, settings: _settings, limits, placement, assets, ...rest } = draft;
  const version: VersionRecord = {
    ...rest,
    ...(limits ? { limits } : {}),
    ...(placement ? { placement } : {}),
    ...(assets ? { assets } : {}),
    scriptKey: scriptKey(script),
    id: randomUUID(),
    number: script.versionCount,
    createdOn: call.now(),
    source: options.source,
    authorEmail: localUser.email,
    etag: etagOf(draft.modules),
    handlers: previous?.handlers ?? [],
    classes: previous?.classes ?? [],
    startupTimeMs: 1,
  };
  const planned: Planned = { before, previous, script, version, migration };
  checkBindings(version.bindings, bindingContext(call, planned, undefined));
  return planned;
}

/** @throws {ApiError} 400/10143: a tail consumer must be there before what it listens to. */
function checkTailConsumers(call: Call, script: ScriptRecord): void {
  for (const { service } of script.tailConsumers) {
    if (service !== script.name && !call.store.get(scripts, script.accountId, service)) {
      throw new ApiError(400, 10143, `Tail consumer '${service}' of '${script.name}' was not found. Deploy it first.`);
    }
  }
}

/** Code that was tried before, under the same compatibility settings, is not tried again. */
async function tryCode(call: Call, planned: Planned): Promise<{ handlers: string[]; classes: string[] }> {
  const { previous, version } = planned;
  const sameCode =
    previous?.etag === version.etag &&
    previous.mainModule === version.mainModule &&
    previous.compatibilityDate === version.compatibilityDate &&
    previous.compatibilityFlags.join() === version.compatibilityFlags.join();
  if (sameCode) return { handlers: previous.handlers, classes: previous.classes };
  const durableObjects = planned.migration.namespaces.map(({ className, id, sqlite }) => ({ className, id, sqlite }));
  const result = await call.runtime.tryWorker(workerSpec(call.store, planned.script, version, durableObjects));
  if (!result.ok) throw new ApiError(400, 10021, result.message);
  return { handlers: result.handlers, classes: result.classes };
}

function bindingContext(call: Call, planned: Planned, classes: string[] | undefined) {
  return {
    store: call.store,
    accountId: planned.script.accountId,
    scriptName: planned.script.name,
    durableObjects: planned.migration.namespaces,
    classes,
  };
}

/** A Worker with a name and no code, as the newer API makes them. */
export function newScript(call: Call, target: ScriptTarget): ScriptRecord {
  const now = call.now();
  return {
    ...target,
    tag: hexId(),
    createdOn: now,
    modifiedOn: now,
    subdomain: { enabled: false, previews_enabled: false },
    schedules: [],
    logpush: false,
    tailConsumers: [],
    observability: null,
    tags: [],
    versionCount: 0,
    deployments: [],
  };
}

/** A copy of the script with the given settings; members that are absent stay as they are, null resets them. */
export function withSettings(script: ScriptRecord, settings: ScriptSettings | undefined, now: string): ScriptRecord {
  const changed = { ...script, modifiedOn: now };
  if (settings?.logpush !== undefined) changed.logpush = settings.logpush ?? false;
  if (settings?.tail_consumers !== undefined) changed.tailConsumers = settings.tail_consumers ?? [];
  if (settings?.observability !== undefined) changed.observability = settings.observability;
  if (settings?.tags !== undefined) changed.tags = settings.tags ?? [];
  return changed;
}

function deployed(call: Call, script: ScriptRecord, version: VersionRecord, source: string): ScriptRecord {
  const deployment: DeploymentRecord = {
    id: randomUUID(),
    createdOn: call.now(),
    source,
    strategy: "percentage",
    authorEmail: localUser.email,
    versions: [{ version_id: version.id, percentage: 100 }],
    annotations: { "workers/triggered_by": version.annotations["workers/triggered_by"] ?? "upload" },
  };
  return { ...script, deployments: [deployment, ...script.deployments].slice(0, keptVersions) };
}

function dropOldVersions(store: Store, script: ScriptRecord): void {
  const key = scriptKey(script);
  const all = store.list(versions, key);
  const active = new Set(script.deployments[0]?.versions.map(({ version_id }) => version_id));
  for (const version of all.slice(0, Math.max(0, all.length - keptVersions))) {
    if (!active.has(version.id)) store.remove(versions, key, version.id);
  }
}

/** Keeps the content of modules and describes them; the same content twice costs nothing. */
export function storeModules(store: Store, modules: WorkerModule[]): StoredModule[] {
  return store.transaction(() =>
    modules.map(({ name, type, content }) => ({ name, type, hash: store.putBlob(content), size: content.byteLength })),
  );
}

function etagOf(modules: StoredModule[]): string {
  const hash = createHash("sha256");
  for (const { name, type, hash: content } of modules) hash.update(`${name}\0${type}\0${content}\n`);
  return hash.digest("hex");
}
