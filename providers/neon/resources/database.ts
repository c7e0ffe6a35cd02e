import type { Database } from "@neondatabase/api-client";
import type { ResourceDefinition } from "../../kit/definition.ts";
import { ProviderError } from "../../kit/errors.ts";
import type { JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { createOnce } from "../api/create-once.ts";
import { settle } from "../api/operations.ts";
import { databaseName, neonId, problemsOf, type Rule, type Rules } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { allowDataLoss, onlyOtherValues, refuseReplacement, requirePermission } from "../data-loss.ts";
import { finish, type Made } from "../finish.ts";
import { ifThere } from "../if-there.ts";

const text = { type: "string" } as const;

const ownerName: Rule = (name) => (name === "" ? "must not be empty" : undefined);

const rules: Rules = {
  projectId: neonId("project", ""),
  branchId: neonId("branch", "br-"),
  name: databaseName,
  ownerName,
};

/** A database besides the one that a project is born with. */
export const database: ResourceDefinition<NeonClient> = {
  shape: {
    projectId: { ...text, required: true, replace: true },
    branchId: { ...text, required: true, replace: true },
    name: { ...text, required: true },
    ownerName: { ...text, required: true },
    allowDataLoss,
    databaseId: { type: "number", output: true, stable: true },
    createdAt: { ...text, output: true, stable: true },
  },
  uniqueBy: ["projectId", "branchId", "name"],
  importIds: ["{projectId}/{branchId}/{name}"],
  check: (inputs) => problemsOf(inputs, rules),
  review: (changes, olds, news) => {
    const reviewed = onlyOtherValues(changes, olds, news);
    refuseReplacement(named(olds.inputs), olds, reviewed);
    return reviewed;
  },
  create: (inputs, { client, signal }) => {
    const { api } = client;
    const { projectId, branchId } = placeOf(inputs);
    const name = String(inputs.name);
    return api.inTurn(projectId, async () => {
      const find = async () => (await list(api, inputs, signal)).find((found) => found.name === name);
      const made = await createOnce<Made>(
        api,
        {
          what: `database ${name} on branch ${branchId}`,
          taken: async () => ((await find()) ? `${projectId}/${branchId}/${name}` : undefined),
          post: async () => {
            const request = { database: { name, owner_name: String(inputs.ownerName) } };
            const answer = await api.post("createProjectBranchDatabase", [projectId, branchId, request], signal);
            return { ...foundAt(inputs, answer.database), projectId, operations: answer.operations };
          },
          made: async () => {
            const found = await find();
            return found && { ...foundAt(inputs, found), projectId };
          },
        },
        signal,
      );
      return finish(api, made, signal);
    });
  },
  read: ({ state }, { client, signal }) =>
    ifThere(async () => {
      const found = await live(client.api, state, signal);
      return found && foundAt(state, found);
    }),
  update: (inputs, { state }, { client, signal }) => {
    const { api } = client;
    const { projectId, branchId } = placeOf(state);
    return api.inTurn(projectId, async () => {
      const now = await live(api, state, signal);
      if (!now)
        throw new ProviderError(`The ${named(state)} is gone from branch ${branchId}. Run refresh, then up again.`);
      const change = {
        ...(inputs.name === now.name ? {} : { name: String(inputs.name) }),
        ...(inputs.ownerName === now.owner_name ? {} : { owner_name: String(inputs.ownerName) }),
      };
      if (Object.keys(change).length === 0) return outputsOf(now);
      const body = { database: change };
      const answer = await api.call("updateProjectBranchDatabase", [projectId, branchId, now.name, body], signal);
      await settle(api, answer.operations, signal);
      return outputsOf(answer.database);
    });
  },
  delete: (current, { client, signal }) => {
    requirePermission(named(current.inputs), current);
    const { api } = client;
    const { projectId, branchId } = placeOf(current.state);
    return api.inTurn(projectId, async () => {
      const answer = await ifThere(async () => {
        const now = await live(api, current.state, signal);
        return now && api.call("deleteProjectBranchDatabase", [projectId, branchId, now.name], signal);
      });
      await settle(api, answer?.operations ?? [], signal);
    });
  },
};

function named(inputs: JsonMap): string {
  return `database ${String(inputs.name)}`;
}

function placeOf({ projectId, branchId }: JsonMap): { projectId: string; branchId: string } {
  return { projectId: String(projectId), branchId: String(branchId) };
}

async function list(api: Api, at: JsonMap, signal: AbortSignal): Promise<Database[]> {
  const { projectId, branchId } = placeOf(at);
  return (await api.call("listProjectBranchDatabases", [projectId, branchId], signal)).databases;
}

/** By Neon's own number, since somebody may have renamed it; a restored branch has it under another one. */
async function live(api: Api, state: JsonMap, signal: AbortSignal): Promise<Database | undefined> {
  const all = await list(api, state, signal);
  return all.find(({ id }) => id === state.databaseId) ?? all.find(({ name }) => name === state.name);
}

function foundAt(at: JsonMap, found: Database): { id: string; outputs: JsonMap } {
  const { projectId, branchId } = placeOf(at);
  return { id: `${projectId}/${branchId}/${found.id}`, outputs: { projectId, branchId, ...outputsOf(found) } };
}

function outputsOf({ id, name, owner_name, created_at }: Database): JsonMap {
  return { name, ownerName: owner_name, databaseId: id, createdAt: created_at };
}
