import { randomUUID } from "node:crypto";
import type { Branch, BranchUpdateRequest } from "@neondatabase/api-client";
import type { Problem } from "../../kit/check.ts";
import type { ResourceDefinition } from "../../kit/definition.ts";
import type { Shape } from "../../kit/shape.ts";
import type { JsonMap, ValueMap } from "../../kit/value.ts";
import { createOnce } from "../api/create-once.ts";
import { settle } from "../api/operations.ts";
import { displayName, lsn, neonId, oneOf, problemsOf, type Rules, timestamp } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { toWire } from "../codec.ts";
import { allowDataLoss, onlyOtherValues, refuseReplacement, requirePermission } from "../data-loss.ts";
import { finish, type Made } from "../finish.ts";
import { ifThere } from "../if-there.ts";
import { markedWith, marker } from "../marker.ts";
import { branchesOf } from "../paging.ts";
import { textOf } from "../text-of.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** What Neon takes at the creation. */
const createShape: Shape = {
  name: { ...text, required: true },
  parentId: { ...text, replace: true },
  parentLsn: { ...text, replace: true },
  parentTimestamp: { ...text, replace: true },
  initSource: { ...text, replace: true },
  protected: flag,
  expiresAt: text,
};

const rules: Rules = {
  projectId: neonId("project", ""),
  name: displayName(256),
  parentId: neonId("branch", "br-"),
  parentLsn: lsn,
  parentTimestamp: timestamp,
  initSource: oneOf("parent-data", "schema-only"),
  expiresAt: timestamp,
};

/** A branch besides the one that a project is born with. */
export const branch: ResourceDefinition<NeonClient> = {
  shape: {
    projectId: { ...text, required: true, replace: true },
    ...createShape,
    allowDataLoss,
    root: { ...flag, output: true, stable: true },
    default: { ...flag, output: true },
    createdAt: { ...text, output: true, stable: true },
  },
  uniqueBy: ["projectId", "name"],
  importIds: ["{projectId}/{id}"],
  check: checkBranch,
  review: (changes, olds, news) => {
    const reviewed = onlyOtherValues(changes, olds, news);
    if (holdsOnlyCopy(olds.state)) refuseReplacement(named(olds.state, olds.inputs), olds, reviewed);
    return reviewed;
  },
  create: (inputs, { client, signal }) => {
    const { api } = client;
    const projectId = String(inputs.projectId);
    const name = String(inputs.name);
    return api.inTurn(projectId, async () => {
      const mark = marker(randomUUID());
      const request = { branch: toWire(inputs, createShape), annotation_value: mark };
      const like = async (isIt: (note: Readonly<Record<string, string>>) => boolean) => {
        for await (const found of branchesOf(api, projectId, signal)) {
          if (found.branch.name === name && isIt(found.annotation)) return found.branch;
        }
        return undefined;
      };
      const made = await createOnce<Made>(
        api,
        {
          what: `branch ${name} in project ${projectId}`,
          taken: async () => {
            const found = await like(() => true);
            return found && `${projectId}/${found.id}`;
          },
          post: async () => {
            const answer = await api.post("createProjectBranch", [projectId, request], signal);
            const { operations } = answer;
            return { projectId, id: answer.branch.id, outputs: outputsOf(answer.branch, inputs), operations };
          },
          made: async () => {
            const found = await like((note) => markedWith(note, mark));
            return found && { projectId, id: found.id, outputs: outputsOf(found, inputs) };
          },
        },
        signal,
      );
      return finish(api, made, signal);
    });
  },
  read: ({ id, state }, { client, signal }) => {
    const projectId = String(state.projectId);
    return ifThere(async () => {
      const found = await client.api.call("getProjectBranch", [projectId, id], signal);
      return { id, outputs: { projectId, ...outputsOf(found.branch, state) } };
    });
  },
  update: (inputs, current, { client, signal }) => {
    const { api } = client;
    const projectId = String(inputs.projectId);
    return api.inTurn(projectId, async () => {
      const { branch: live } = await api.call("getProjectBranch", [projectId, current.id], signal);
      const change = changeOf(live, inputs, current.inputs);
      if (Object.keys(change).length === 0) return outputsOf(live, inputs);
      const answer = await api.call("updateProjectBranch", [projectId, current.id, { branch: change }], signal);
      await settle(api, answer.operations, signal);
      return outputsOf(answer.branch, inputs);
    });
  },
  delete: (current, { client, signal }) => {
    const { api } = client;
    const projectId = String(current.state.projectId);
    if (holdsOnlyCopy(current.state)) requirePermission(named(current.state, current.inputs), current);
    return api.inTurn(projectId, async () => {
      const answer = await ifThere(() =>
        api.call("deleteProjectBranch", [{ projectId, branchId: current.id }], signal),
      );
      // An answer without a body says that it was gone already.
      await settle(api, answer?.operations ?? [], signal);
    });
  },
};

/** A child has its parent's data, but for what was written since; a root branch and the default one have nobody else's. */
function holdsOnlyCopy(state: JsonMap): boolean {
  return state.root === true || state.default === true;
}

function named(state: JsonMap, inputs: JsonMap): string {
  return `${state.root === true ? "root " : "default "}branch ${String(inputs.name ?? state.name)}`;
}

function checkBranch(inputs: ValueMap): Problem[] {
  const problems = problemsOf(inputs, rules);
  if (inputs.parentLsn !== undefined && inputs.parentTimestamp !== undefined) {
    problems.push({ path: ["parentLsn"], reason: "cannot be set beside parentTimestamp; set one of them" });
  }
  return problems;
}

function outputsOf(branch: Branch, known: JsonMap): JsonMap {
  const expiresAt = textOf(known.expiresAt);
  const isSame = expiresAt !== undefined && Date.parse(expiresAt) === Date.parse(branch.expires_at ?? "");
  return {
    name: branch.name,
    parentId: branch.parent_id ?? known.parentId ?? null,
    initSource: branch.init_source ?? known.initSource ?? null,
    protected: branch.protected,
    // A moment can be written in many ways.
    expiresAt: isSame ? expiresAt : (branch.expires_at ?? null),
    root: branch.parent_id === undefined,
    default: branch.default,
    createdAt: branch.created_at,
  };
}

function changeOf(live: Branch, asked: JsonMap, before: JsonMap): BranchUpdateRequest["branch"] {
  const now = outputsOf(live, asked);
  const isProtected = asked.protected ?? (before.protected === undefined ? now.protected : false);
  const expiresAt = asked.expiresAt ?? (before.expiresAt === undefined ? now.expiresAt : null);
  return {
    ...(asked.name === now.name ? {} : { name: String(asked.name) }),
    ...(isProtected === now.protected ? {} : { protected: isProtected === true }),
    ...(expiresAt === now.expiresAt ? {} : { expires_at: expiresAt === null ? null : String(expiresAt) }),
  };
}
