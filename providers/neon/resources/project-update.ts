import type { Operation } from "@neondatabase/api-client";
import { ProviderError } from "../../kit/errors.ts";
import { isJsonMap, type JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { fromWire, toWire } from "../codec.ts";
import { type ProjectParts, sizing } from "./project-parts.ts";
import { endpointSettings, ownShape } from "./project-shape.ts";
import { wantedChange, withResets } from "./wanted-change.ts";

/** What switches off a setting that is no longer given. Others stay as they are: only Neon, or the plan, knows their default. */
const settingResets: JsonMap = {
  quota: {
    activeTimeSeconds: 0,
    computeTimeSeconds: 0,
    writtenDataBytes: 0,
    dataTransferBytes: 0,
    logicalSizeBytes: 0,
  },
  allowedIps: { ips: [], protectedBranchesOnly: false },
  blockPublicConnections: false,
  blockVpcConnections: false,
};
const endpointResets: JsonMap = { suspendTimeoutSeconds: 0, pgSettings: {} };

/**
 * Brings a project to what was asked for: compared with what is there and not with what was recorded, so that it also completes a creation
 * that failed on the way. Gives the operations that each request began, and goes on once they are waited for.
 */
export async function* updateProject(
  api: Api,
  { project, branch, endpoint, database }: ProjectParts,
  asked: JsonMap,
  before: JsonMap,
  signal: AbortSignal,
): AsyncGenerator<Operation[]> {
  const own = { name: asked.name ?? null, historyRetentionSeconds: asked.historyRetentionSeconds ?? null };
  const settings = withResets(part(asked, "settings"), part(before, "settings"), settingResets);
  const sizes = withResets(
    part(asked, "defaultEndpointSettings"),
    part(before, "defaultEndpointSettings"),
    endpointResets,
  );
  const live = fromWire(project, ownShape);
  const changed = {
    ...wantedChange(withoutNulls(own), live),
    ...whole("settings", wantedChange(settings, part(live, "settings"))),
    ...whole("defaultEndpointSettings", wantedChange(sizes, endpoint ? sizing(endpoint) : {}, ["pgSettings"])),
  };
  if (Object.keys(changed).length > 0) {
    const shape = { ...ownShape, defaultEndpointSettings: { type: "object", fields: endpointSettings } } as const;
    yield (await api.call("updateProject", [project.id, { project: toWire(changed, shape) }], signal)).operations;
  }

  if (endpoint && "defaultEndpointSettings" in changed) {
    const { pg_settings, ...rest } = toWire(changed.defaultEndpointSettings, endpointSettings);
    const body = { ...rest, ...(isJsonMap(pg_settings) ? { settings: { pg_settings: texts(pg_settings) } } : {}) };
    yield (await api.call("updateProjectEndpoint", [project.id, endpoint.id, { endpoint: body }], signal)).operations;
  }

  const isProtected = asked.protected ?? (before.protected === undefined ? branch?.protected : false);
  const branchAsked = { name: asked.branchName ?? branch?.name ?? null, protected: isProtected ?? null };
  const branchChange = branch ? wantedChange(branchAsked, { name: branch.name, protected: branch.protected }) : {};
  if (branch && Object.keys(branchChange).length > 0) {
    yield (await api.call("updateProjectBranch", [project.id, branch.id, { branch: branchChange }], signal)).operations;
  }

  const { databaseName } = asked;
  if (branch && databaseName !== undefined && databaseName !== database?.name) {
    if (!database) throw gone(project.name, before);
    const change = { database: { name: String(databaseName) } };
    yield (await api.call("updateProjectBranchDatabase", [project.id, branch.id, database.name, change], signal))
      .operations;
  }
}

function gone(projectName: string, before: JsonMap): ProviderError {
  return new ProviderError(
    `The database ${String(before.databaseName ?? "")} of project ${projectName} is gone from its default branch. ` +
      "Restore it (chittyops db restore), or make it again in the Neon console, and run up again.",
  );
}

function part(values: JsonMap, name: string): JsonMap {
  const value = values[name];
  return isJsonMap(value) ? value : {};
}

function whole<Name extends string>(name: Name, change: JsonMap): Partial<Record<Name, JsonMap>> {
  return Object.keys(change).length === 0 ? {} : ({ [name]: change } as Record<Name, JsonMap>);
}

function withoutNulls(values: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function texts(map: JsonMap): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, String(value)]));
}
