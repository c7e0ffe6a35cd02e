import type { Endpoint, EndpointType } from "@neondatabase/api-client";
import type { Problem } from "../../kit/check.ts";
import type { ResourceDefinition } from "../../kit/definition.ts";
import type { Shape } from "../../kit/shape.ts";
import { isJsonMap, type JsonMap, type ValueMap } from "../../kit/value.ts";
import type { Api } from "../api/api.ts";
import { createOnce } from "../api/create-once.ts";
import { settle } from "../api/operations.ts";
import { autoscalingProblems, displayName, neonId, oneOf, problemsOf, type Rules } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { fromWire, toWire } from "../codec.ts";
import { addressesOf } from "../connection.ts";
import { onlyOtherValues } from "../data-loss.ts";
import { finish, type Made } from "../finish.ts";
import { ifThere } from "../if-there.ts";
import { sizingRules } from "./project-check.ts";
import { endpointSettings } from "./project-shape.ts";
import { wantedChange, withResets } from "./wanted-change.ts";

const text = { type: "string" } as const;
const count = { type: "number" } as const;
const flag = { type: "boolean" } as const;

/** What Neon takes as it is; Postgres settings are one level deeper there. */
const flatShape: Shape = {
  branchId: { ...text, required: true, replace: true },
  type: { ...text, required: true, replace: true },
  name: text,
  autoscalingLimitMinCu: count,
  autoscalingLimitMaxCu: count,
  suspendTimeoutSeconds: count,
  disabled: flag,
};

const rules: Rules = {
  projectId: neonId("project", ""),
  branchId: neonId("branch", "br-"),
  type: oneOf("read_write", "read_only"),
  name: displayName(64),
  ...sizingRules,
};

const resets: JsonMap = { suspendTimeoutSeconds: 0, disabled: false, pgSettings: {} };

/** A compute endpoint besides the one that a project is born with. */
export const endpoint: ResourceDefinition<NeonClient> = {
  shape: {
    projectId: { ...text, required: true, replace: true },
    ...flatShape,
    pgSettings: endpointSettings.pgSettings ?? { type: "map" },
    host: { ...text, output: true, stable: true },
    port: { ...count, output: true, stable: true },
    poolerHost: { ...text, output: true, stable: true },
    poolerPort: { ...count, output: true, stable: true },
    createdAt: { ...text, output: true, stable: true },
  },
  importIds: ["{projectId}/{id}"],
  check: checkEndpoint,
  review: onlyOtherValues,
  create: (inputs, { client, signal }) => {
    const { api } = client;
    const projectId = String(inputs.projectId);
    return api.inTurn(projectId, async () => {
      const before = await endpointsLike(api, inputs, signal);
      const type = inputs.type as EndpointType;
      const request = { endpoint: { ...wireOf(inputs), branch_id: String(inputs.branchId), type } };
      const made = await createOnce<Made>(
        api,
        {
          what: `${String(inputs.type)} endpoint of branch ${String(inputs.branchId)}`,
          // A branch has one endpoint for writing, and any number for reading, which have no name that would tell them apart.
          taken: async () => {
            const [first] = inputs.type === "read_write" ? before : [];
            return first && `${projectId}/${first.id}`;
          },
          post: async () => {
            const answer = await api.post("createProjectEndpoint", [projectId, request], signal);
            const outputs = outputsOf(answer.endpoint);
            return { projectId, id: answer.endpoint.id, outputs, operations: answer.operations };
          },
          made: async () => {
            const now = await endpointsLike(api, inputs, signal);
            const [found] = now.filter(({ id }) => !before.some((other) => other.id === id));
            return found && { projectId, id: found.id, outputs: outputsOf(found) };
          },
        },
        signal,
      );
      return finish(api, made, signal, () => reached(api, projectId, made.id, signal));
    });
  },
  read: ({ id, state }, { client, signal }) =>
    ifThere(async () => {
      const projectId = String(state.projectId);
      return { id, outputs: { projectId, ...(await reached(client.api, projectId, id, signal)) } };
    }),
  update: (inputs, { id, inputs: before, state }, { client, signal }) => {
    const { api } = client;
    const projectId = String(state.projectId);
    return api.inTurn(projectId, async () => {
      const { endpoint: live } = await api.call("getProjectEndpoint", [projectId, id], signal);
      const { branchId: _, type: __, projectId: ___, ...asked } = withResets(inputs, before, resets);
      const change = wantedChange(asked, outputsOf(live), ["pgSettings"]);
      const wire = wireOf(change);
      if (Object.keys(wire).length > 0) {
        const answer = await api.call("updateProjectEndpoint", [projectId, id, { endpoint: wire }], signal);
        await settle(api, answer.operations, signal);
      }
      return reached(api, projectId, id, signal);
    });
  },
  delete: ({ id, state }, { client, signal }) => {
    const { api } = client;
    const projectId = String(state.projectId);
    return api.inTurn(projectId, async () => {
      const answer = await ifThere(() => api.call("deleteProjectEndpoint", [projectId, id], signal));
      await settle(api, answer?.operations ?? [], signal);
    });
  },
};

function checkEndpoint(inputs: ValueMap): Problem[] {
  return [...problemsOf(inputs, rules), ...autoscalingProblems(inputs)];
}

function wireOf(values: JsonMap): JsonMap {
  const { pgSettings } = values;
  return {
    ...toWire(values, flatShape),
    ...(isJsonMap(pgSettings) ? { settings: { pg_settings: pgSettings } } : {}),
  };
}

async function endpointsLike(api: Api, inputs: JsonMap, signal: AbortSignal): Promise<Endpoint[]> {
  const { endpoints } = await api.call("listProjectEndpoints", [String(inputs.projectId)], signal);
  return endpoints.filter(({ branch_id, type }) => branch_id === inputs.branchId && type === inputs.type);
}

function outputsOf(endpoint: Endpoint): JsonMap {
  return {
    ...fromWire(endpoint, flatShape),
    pgSettings: { ...endpoint.settings.pg_settings },
    host: endpoint.host,
    createdAt: endpoint.created_at,
  };
}

async function reached(api: Api, projectId: string, id: string, signal: AbortSignal): Promise<JsonMap> {
  const { endpoint: found } = await api.call("getProjectEndpoint", [projectId, id], signal);
  const at = { projectId, branchId: found.branch_id, endpointId: id, host: found.host };
  return { ...outputsOf(found), ...(await addressesOf(api, at, signal)) };
}
