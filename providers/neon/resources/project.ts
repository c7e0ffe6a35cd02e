import { randomUUID } from "node:crypto";
import type {
  Branch,
  ConnectionDetails,
  Database,
  Endpoint,
  Project,
  ProjectCreateRequest,
} from "@neondatabase/api-client";
import type { Current, ResourceDefinition } from "../../kit/definition.ts";
import { ProviderError } from "../../kit/errors.ts";
import { isLoopback } from "../../kit/loopback.ts";
import { isJsonMap, type JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { createOnce } from "../api/create-once.ts";
import { settle, settleAll } from "../api/operations.ts";
import type { NeonClient } from "../client.ts";
import { toWire } from "../codec.ts";
import { connection, connectionOutputs } from "../connection.ts";
import { onlyOtherValues, refuseReplacement, requirePermission } from "../data-loss.ts";
import { finish, type Made } from "../finish.ts";
import { ifThere } from "../if-there.ts";
import { markedWith, marker } from "../marker.ts";
import { branchesOf, projectsLike } from "../paging.ts";
import { textOf } from "../text-of.ts";
import { checkProject } from "./project-check.ts";
import { knownOf, type ProjectParts, partsOf } from "./project-parts.ts";
import { endpointSettings, ownShape, projectShape } from "./project-shape.ts";
import { updateProject } from "./project-update.ts";

/** A project with its default branch, the owner role, the database and the endpoint, all made by one request. */
export const project: ResourceDefinition<NeonClient> = {
  shape: projectShape,
  // Two projects of one name cannot be told apart after a lost answer.
  uniqueBy: ["name"],
  importIds: ["{id}"],
  check: checkProject,
  review: (changes, olds, news) => {
    const { inputs } = olds;
    const replication = changes.some(({ path }) => path.join(".") === "settings.enableLogicalReplication");
    if (replication && settingsOf(inputs).enableLogicalReplication === true) {
      throw new ProviderError(
        `Logical replication of the ${named(inputs)} cannot be switched off again. Put settings.enableLogicalReplication back to true.`,
      );
    }
    const reviewed = onlyOtherValues(changes, olds, news);
    refuseReplacement(named(inputs), olds, reviewed);
    return reviewed;
  },
  create: (inputs, { client, signal }) => {
    const { api } = client;
    const orgId = textOf(inputs.orgId) ?? client.orgId;
    const name = String(inputs.name);
    return api.inTurn(`new project ${name}`, async () => {
      const mark = marker(randomUUID());
      const request = creationRequest(inputs, orgId, mark);
      let answered: ProjectParts | undefined;
      const made = await createOnce<Made>(
        api,
        {
          what: named(inputs),
          taken: async () => (await projectsNamed(api, name, orgId, signal))[0],
          post: async () => {
            const answer = await api.post("createProject", [request], signal);
            const { id } = answer.project;
            answered = answeredParts(answer);
            return { projectId: id, id, operations: answer.operations, outputs: answeredOutputs(answer) };
          },
          made: async () => {
            for (const id of await projectsNamed(api, name, orgId, signal)) {
              if (await hasMarker(api, id, mark, signal)) return { projectId: id, id, outputs: {} };
            }
            return undefined;
          },
        },
        signal,
      );
      return api.inTurn(made.id, () =>
        finish(api, made, signal, () =>
          bringUp(api, { id: made.id, state: made.outputs, inputs }, inputs, signal, answered),
        ),
      );
    });
  },
  read: async ({ id, state }, { client, signal }) => {
    return ifThere(async () => {
      const parts = await partsOf(client.api, id, state, signal);
      return { id, outputs: await outputsOf(client.api, parts, signal) };
    });
  },
  update: (inputs, current, { client, signal }) =>
    client.api.inTurn(current.id, async () => {
      const { api } = client;
      // A creation that failed on the way may still be under way.
      if (current.state.connectionUri === undefined) await settleAll(api, current.id, signal);
      return bringUp(api, current, inputs, signal);
    }),
  delete: (current, { client, signal }) => {
    requirePermission(named(current.inputs), current);
    return client.api.inTurn(current.id, async () => {
      await ifThere(async () => {
        await unprotect(client.api, current, signal);
        await client.api.call("deleteProject", [current.id], signal);
      });
    });
  },
};

/** Neon deletes no project that has a protected branch. Ours was protected by the same program that now gives it up. */
async function unprotect(api: Api, { id, state }: Current, signal: AbortSignal): Promise<void> {
  if (state.protected !== true) return;
  const change = { branch: { protected: false } };
  const { operations } = await api.call("updateProjectBranch", [id, String(state.defaultBranchId), change], signal);
  await settle(api, operations, signal);
}

function named(inputs: JsonMap): string {
  return `project ${String(inputs.name)}`;
}

function settingsOf(inputs: JsonMap): JsonMap {
  return isJsonMap(inputs.settings) ? inputs.settings : {};
}

function creationRequest(
  inputs: JsonMap,
  orgId: string | undefined,
  mark: Record<string, string>,
): ProjectCreateRequest {
  const own = toWire(orgId === undefined ? inputs : { ...inputs, orgId }, ownShape);
  const settings = toWire(inputs, { defaultEndpointSettings: { type: "object", fields: endpointSettings } });
  const parts = { name: inputs.branchName, database_name: inputs.databaseName, role_name: inputs.roleName };
  const names = Object.entries(parts).filter(([, value]) => value !== undefined);
  return {
    project: { ...own, ...settings, branch: { ...Object.fromEntries(names), annotations: mark } },
  };
}

/** The ids of projects with exactly this name. */
async function projectsNamed(
  api: Api,
  name: string,
  orgId: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const found of projectsLike(api, name, orgId, signal)) if (found.name === name) ids.push(found.id);
  return ids;
}

async function hasMarker(api: Api, id: string, mark: Record<string, string>, signal: AbortSignal): Promise<boolean> {
  for await (const { annotation } of branchesOf(api, id, signal)) if (markedWith(annotation, mark)) return true;
  return false;
}

interface Created {
  readonly project: Project;
  readonly branch: Branch;
  readonly endpoints: readonly Endpoint[];
  readonly databases: readonly Database[];
  readonly connection_uris: readonly ConnectionDetails[];
}

function answeredParts({ project: made, branch, endpoints, databases }: Created): ProjectParts {
  return { project: made, branch, endpoint: endpoints[0], database: databases[0] };
}

/** What the answer to the creation tells: the only time that a project which stores no passwords shows one. */
function answeredOutputs(answer: Created): JsonMap {
  const [uri] = answer.connection_uris;
  const parts = answeredParts(answer);
  if (uri === undefined || !URL.canParse(uri.connection_uri)) return knownOf(parts);
  const direct = new URL(uri.connection_uri);
  const pooled = new URL(direct.href);
  pooled.hostname = uri.connection_parameters.pooler_host;
  return { ...knownOf(parts), ...connectionOutputs({ direct, pooled }) };
}

/**
 * Makes a project what the inputs say, whatever state a creation left it in, and finds out how it is reached.
 * @param answered What the answer to its creation showed, so that it need not be read again.
 * @throws NeonFailure 404 when it is gone.
 */
async function bringUp(
  api: Api,
  current: Current,
  inputs: JsonMap,
  signal: AbortSignal,
  answered?: ProjectParts,
): Promise<JsonMap> {
  const parts = answered ?? (await partsOf(api, current.id, current.state, signal));
  let isChanged = false;
  for await (const operations of updateProject(api, parts, inputs, current.inputs, signal)) {
    await settle(api, operations, signal);
    isChanged = true;
  }
  const isAnswered = answered && !isChanged && current.state.connectionUri !== undefined;
  // The embedded cloud's pooler is on a port of its own, which the answer does not tell.
  if (isAnswered && !isLoopback(api.baseUrl)) return current.state;
  const now = isChanged ? await partsOf(api, current.id, renamed(current.state, inputs), signal) : parts;
  return outputsOf(api, now, signal);
}

function renamed(state: JsonMap, inputs: JsonMap): JsonMap {
  return inputs.databaseName === undefined ? state : { ...state, databaseName: inputs.databaseName };
}

async function outputsOf(api: Api, parts: ProjectParts, signal: AbortSignal): Promise<JsonMap> {
  const { project: own, branch, endpoint, database } = parts;
  if (!branch || !endpoint || !database) return knownOf(parts);
  const access = {
    projectId: own.id,
    branchId: branch.id,
    endpointId: endpoint.id,
    database: database.name,
    role: database.owner_name,
  };
  return { ...knownOf(parts), ...(await connection(api, access, signal)) };
}
