import type { DeploymentRecord, ScriptRecord, VersionRecord } from "../../store/records/workers.ts";
import { shownBinding } from "./bindings.ts";

/** A script in lists and after an upload. */
export function shownScript(script: ScriptRecord, version: VersionRecord | undefined): Record<string, unknown> {
  return {
    id: script.name,
    tag: script.tag,
    etag: version?.etag ?? "",
    tags: script.tags,
    handlers: version?.handlers ?? [],
    named_handlers: version?.classes.map((name) => ({ name, handlers: ["class"] })) ?? [],
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    usage_model: version?.usageModel ?? "standard",
    compatibility_date: version?.compatibilityDate ?? null,
    compatibility_flags: version?.compatibilityFlags ?? [],
    last_deployed_from: script.deployments[0]?.source ?? null,
    logpush: script.logpush,
    tail_consumers: script.tailConsumers.length > 0 ? script.tailConsumers : null,
    observability: script.observability,
    has_assets: version?.assets !== undefined,
    has_modules: true,
    placement_mode: version?.placement?.mode ?? null,
    placement: version?.placement ?? {},
    startup_time_ms: version?.startupTimeMs ?? 0,
    ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
  };
}

/** `GET …/settings` and what `PATCH` answers. `placement` is never absent: the official plugin fails without it. */
export function shownSettings(script: ScriptRecord, version: VersionRecord | undefined): Record<string, unknown> {
  return {
    bindings: version?.bindings.map(shownBinding) ?? [],
    compatibility_date: version?.compatibilityDate ?? null,
    compatibility_flags: version?.compatibilityFlags ?? [],
    usage_model: version?.usageModel ?? "standard",
    placement: version?.placement ?? {},
    ...(version?.limits ? { limits: version.limits } : {}),
    annotations: version?.annotations ?? {},
    ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
    ...shownScriptSettings(script),
  };
}

/** `GET …/script-settings`. */
export function shownScriptSettings(script: ScriptRecord): Record<string, unknown> {
  return {
    logpush: script.logpush,
    tail_consumers: script.tailConsumers.length > 0 ? script.tailConsumers : null,
    observability: script.observability,
    tags: script.tags,
  };
}

/** A version in lists. */
export function shownVersion(version: VersionRecord): Record<string, unknown> {
  return {
    id: version.id,
    number: version.number,
    metadata: {
      created_on: version.createdOn,
      modified_on: version.createdOn,
      source: version.source,
      author_id: "",
      author_email: version.authorEmail,
      hasPreview: false,
      has_preview: false,
    },
    annotations: version.annotations,
  };
}

/** A version with everything that makes it. */
export function shownVersionDetail(script: ScriptRecord, version: VersionRecord): Record<string, unknown> {
  return {
    ...shownVersion(version),
    resources: {
      bindings: version.bindings.map(shownBinding),
      script: {
        etag: version.etag,
        handlers: version.handlers,
        named_handlers: version.classes.map((name) => ({ name, handlers: ["class"] })),
        placement_mode: version.placement?.mode ?? null,
        last_deployed_from: version.source,
      },
      script_runtime: {
        compatibility_date: version.compatibilityDate,
        compatibility_flags: version.compatibilityFlags,
        usage_model: version.usageModel,
        limits: version.limits ?? {},
        ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
      },
    },
    startup_time_ms: version.startupTimeMs,
  };
}

export function shownDeployment(deployment: DeploymentRecord): Record<string, unknown> {
  return {
    id: deployment.id,
    source: deployment.source,
    strategy: deployment.strategy,
    author_email: deployment.authorEmail,
    created_on: deployment.createdOn,
    annotations: deployment.annotations,
    versions: deployment.versions,
  };
}
