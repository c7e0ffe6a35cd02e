import type { Role } from "@neondatabase/api-client";
import type { ResourceDefinition } from "../../kit/definition.ts";
import type { JsonMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { createOnce } from "../api/create-once.ts";
import { NeonFailure } from "../api/failure.ts";
import { settle } from "../api/operations.ts";
import { neonId, problemsOf, type Rules, roleName, wholeNumber } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { onlyOtherValues } from "../data-loss.ts";
import { finish, type Made } from "../finish.ts";
import { ifThere } from "../if-there.ts";

const text = { type: "string" } as const;

const rules: Rules = {
  projectId: neonId("project", ""),
  branchId: neonId("branch", "br-"),
  name: roleName,
  passwordEpoch: wholeNumber(0),
};

interface Place {
  readonly projectId: string;
  readonly branchId: string;
  readonly name: string;
}

/** A Postgres role besides the one that owns a project's database. Neon chooses its password. */
export const role: ResourceDefinition<NeonClient> = {
  shape: {
    projectId: { ...text, required: true, replace: true },
    branchId: { ...text, required: true, replace: true },
    name: { ...text, required: true, replace: true },
    passwordEpoch: { type: "number" },
    password: { ...text, output: true, secret: true },
    createdAt: { ...text, output: true, stable: true },
  },
  uniqueBy: ["projectId", "branchId", "name"],
  importIds: ["{projectId}/{branchId}/{name}"],
  check: (inputs) => problemsOf(inputs, rules),
  review: onlyOtherValues,
  create: (inputs, { client, signal }) => {
    const { api } = client;
    const place = placeOf(inputs);
    const { projectId, branchId, name } = place;
    const id = `${projectId}/${branchId}/${name}`;
    return api.inTurn(projectId, async () => {
      const made = await createOnce<Made>(
        api,
        {
          what: `role ${name} on branch ${branchId}`,
          taken: async () => ((await find(api, place, signal)) ? id : undefined),
          post: async () => {
            const request = { role: { name } };
            const answer = await api.post("createProjectBranchRole", [projectId, branchId, request], signal);
            return { projectId, id, outputs: outputsOf(answer.role), operations: answer.operations };
          },
          made: async () => {
            const found = await find(api, place, signal);
            return found && { projectId, id, outputs: outputsOf(found) };
          },
        },
        signal,
      );
      return finish(api, made, signal, async () =>
        made.outputs.password === undefined ? { password: await password(api, place, signal) } : {},
      );
    });
  },
  read: ({ id, state }, { client, signal }) =>
    ifThere(async () => {
      const place = placeOf(state);
      const { projectId, branchId, name } = place;
      const found = await client.api.call("getProjectBranchRole", [projectId, branchId, name], signal);
      const shown = await shownPassword(client.api, place, signal);
      const outputs = { projectId, branchId, ...outputsOf(found.role) };
      return { id, outputs: shown === undefined ? outputs : { ...outputs, password: shown } };
    }),
  update: (inputs, { inputs: before, state }, { client, signal }) => {
    const { api } = client;
    const place = placeOf(state);
    return api.inTurn(place.projectId, async () => {
      if (inputs.passwordEpoch !== before.passwordEpoch) return { password: await newPassword(api, place, signal) };
      return state.password === undefined ? { password: await password(api, place, signal) } : {};
    });
  },
  delete: ({ state }, { client, signal }) => {
    const { api } = client;
    const { projectId, branchId, name } = placeOf(state);
    return api.inTurn(projectId, async () => {
      const answer = await ifThere(() => api.call("deleteProjectBranchRole", [projectId, branchId, name], signal));
      await settle(api, answer?.operations ?? [], signal);
    });
  },
};

function placeOf({ projectId, branchId, name }: JsonMap): Place {
  return { projectId: String(projectId), branchId: String(branchId), name: String(name) };
}

function find(api: Api, { projectId, branchId, name }: Place, signal: AbortSignal): Promise<Role | undefined> {
  return ifThere(async () => (await api.call("getProjectBranchRole", [projectId, branchId, name], signal)).role);
}

function outputsOf({ name, password: shown, created_at }: Role): JsonMap {
  return { name, ...(shown === undefined ? {} : { password: shown }), createdAt: created_at };
}

/** The password of a role that was just made, whose answer was lost. Where Neon stores none, nobody can know it yet: it gets another. */
async function password(api: Api, place: Place, signal: AbortSignal): Promise<string> {
  return (await shownPassword(api, place, signal)) ?? newPassword(api, place, signal);
}

/** Nothing where the project stores no passwords, or the role has none. */
async function shownPassword(
  api: Api,
  { projectId, branchId, name }: Place,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await api.call("getProjectBranchRolePassword", [projectId, branchId, name], signal)).password;
  } catch (error) {
    if (error instanceof NeonFailure && (error.status === 404 || error.status === 412)) return undefined;
    throw error;
  }
}

async function newPassword(api: Api, { projectId, branchId, name }: Place, signal: AbortSignal): Promise<string> {
  const answer = await api.call("resetProjectBranchRolePassword", [projectId, branchId, name], signal);
  await settle(api, answer.operations, signal);
  return (
    answer.role.password ??
    (await api.call("getProjectBranchRolePassword", [projectId, branchId, name], signal)).password
  );
}
