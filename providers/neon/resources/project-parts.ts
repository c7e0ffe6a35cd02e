import type { Branch, Database, Endpoint, Project } from "@neondatabase/api-client";
import type { JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { fromWire } from "../codec.ts";
import { ifThere } from "../if-there.ts";
import { branchesOf } from "../paging.ts";
import { textOf } from "../text-of.ts";
import { endpointSettings, ownShape } from "./project-shape.ts";

/** What a project consists of at its birth. A part that is gone is absent. */
export interface ProjectParts {
  readonly project: Project;
  readonly branch: Branch | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly database: Database | undefined;
}

/**
 * The default branch may be another one since, and the database is known by its name; on an import it is the oldest.
 * @throws NeonFailure 404 when the project is gone.
 */
export async function partsOf(api: Api, id: string, state: JsonMap, signal: AbortSignal): Promise<ProjectParts> {
  const found = await api.call("getProject", [id], signal);
  const branch = await defaultBranch(api, id, textOf(state.defaultBranchId), signal);
  if (!branch) return { project: found.project, branch, endpoint: undefined, database: undefined };
  const { endpoints } = await api.call("listProjectEndpoints", [id], signal);
  const { databases } = await api.call("listProjectBranchDatabases", [id, branch.id], signal);
  const databaseName = textOf(state.databaseName);
  const byAge = databases.toSorted((a, b) => a.id - b.id);
  return {
    project: found.project,
    branch,
    endpoint: endpoints.find(({ branch_id, type }) => branch_id === branch.id && type === "read_write"),
    database: databaseName === undefined ? byAge[0] : byAge.find(({ name }) => name === databaseName),
  };
}

async function defaultBranch(
  api: Api,
  projectId: string,
  knownId: string | undefined,
  signal: AbortSignal,
): Promise<Branch | undefined> {
  const known =
    knownId === undefined ? undefined : await ifThere(() => api.call("getProjectBranch", [projectId, knownId], signal));
  if (known?.branch.default === true) return known.branch;
  for await (const { branch } of branchesOf(api, projectId, signal)) if (branch.default) return branch;
  return undefined;
}

/** What the parts tell, but for how the database is reached. */
export function knownOf({ project: own, branch, endpoint, database }: ProjectParts): JsonMap {
  return {
    ...fromWire(own, ownShape),
    createdAt: own.created_at,
    ...(branch ? { defaultBranchId: branch.id, branchName: branch.name, protected: branch.protected } : {}),
    ...(database ? { databaseName: database.name, roleName: database.owner_name } : {}),
    ...(endpoint ? { defaultEndpointId: endpoint.id, defaultEndpointSettings: sizing(endpoint) } : {}),
  };
}

/** The settings of an endpoint, as the project's default settings are written. */
export function sizing(endpoint: Endpoint): JsonMap {
  return { ...fromWire(endpoint, endpointSettings), pgSettings: { ...endpoint.settings.pg_settings } };
}
