import type { EndpointCreateRequest, EndpointUpdateRequest } from "@neondatabase/api-client";
import { type NeonEndpointRecord, type NeonOperationRecord, neonEndpoints } from "../store/records/neon.ts";
import { created, type NeonCall, type NeonHandler, nothing, ok } from "./call.ts";
import { computeSize, newEndpoint, withEndpoints } from "./compute.ts";
import { NeonError } from "./neon-error.ts";
import { shownEndpoint } from "./shown.ts";

async function createProjectEndpoint(call: NeonCall) {
  const { services, organization, project } = call;
  const { store, operations } = services;
  const asked = call.body<EndpointCreateRequest>().endpoint;
  const branch = call.branch(asked.branch_id);
  if (asked.region_id !== undefined && asked.region_id !== project.regionId)
    throw new NeonError(400, `region_id must be ${project.regionId}, where the project is`);
  const { type: askedType, branch_id, region_id, ...settings } = asked;
  const type = String(askedType);
  const check = (): void => {
    if (type === "read_write") checkOnlyWriter(call, branch.id);
  };
  check();
  const endpoint = await newEndpoint(services, organization, project, { ...settings, type, branchId: branch.id });
  const change = await withEndpoints(services, [endpoint], () =>
    operations.change(project.id, (start) => {
      check();
      store.put(neonEndpoints, endpoint);
      start({ action: "create_compute", branchId: branch.id, endpointId: endpoint.id });
      start({ action: "start_compute", branchId: branch.id, endpointId: endpoint.id });
    }),
  );
  return created({ endpoint: shownEndpoint(services, endpoint) }, change.operations);
}

function listProjectEndpoints(call: NeonCall) {
  const endpoints = call.services.store.list(neonEndpoints, call.project.id);
  return ok({ endpoints: endpoints.map((one) => shownEndpoint(call.services, one)) });
}

function updateProjectEndpoint(call: NeonCall) {
  const { services, organization, project } = call;
  const asked = call.body<EndpointUpdateRequest>().endpoint;
  const before = call.endpoint();
  const branchId = asked.branch_id === undefined ? before.branchId : call.branch(asked.branch_id).id;
  const size = computeSize(
    organization,
    {},
    {
      autoscaling_limit_min_cu: asked.autoscaling_limit_min_cu ?? before.minCu,
      autoscaling_limit_max_cu: asked.autoscaling_limit_max_cu ?? before.maxCu,
      suspend_timeout_seconds: asked.suspend_timeout_seconds ?? before.suspendTimeoutSeconds,
    },
  );
  const endpoint: NeonEndpointRecord = {
    ...before,
    ...size,
    branchId,
    name: asked.name ?? before.name,
    settings: { ...before.settings, ...asked.settings },
    isPoolerEnabled: asked.pooler_enabled ?? before.isPoolerEnabled,
    isDisabled: asked.disabled ?? before.isDisabled,
    isPasswordless: asked.passwordless_access ?? before.isPasswordless,
    updatedAt: call.now(),
  };
  const { operations } = services.operations.change(project.id, (start) => {
    if (branchId !== before.branchId && before.type === "read_write") checkOnlyWriter(call, branchId);
    services.store.put(neonEndpoints, endpoint);
    start({
      action: "apply_config",
      branchId,
      endpointId: endpoint.id,
      tasks: [{ do: "configure-endpoint", endpointId: endpoint.id }],
    });
    // Whoever is connected has to go where the endpoint is not what it was.
    if (branchId !== before.branchId || (endpoint.isDisabled && !before.isDisabled)) start(suspend(endpoint));
  });
  return ok({ endpoint: shownEndpoint(services, endpoint) }, operations);
}

function deleteProjectEndpoint(call: NeonCall) {
  const { services, project } = call;
  const endpoint = services.store.get(neonEndpoints, project.id, call.parameter("endpoint_id"));
  if (!endpoint) return nothing;
  const { id, branchId } = endpoint;
  if (call.branch(branchId).isProtected) throw new NeonError(422, "cannot delete endpoint of protected branch");
  const shown = shownEndpoint(services, endpoint);
  const { operations } = services.operations.change(project.id, (start) => {
    services.store.remove(neonEndpoints, project.id, id);
    start({ action: "suspend_compute", branchId, endpointId: id, tasks: [{ do: "close-endpoint", endpointId: id }] });
  });
  return ok({ endpoint: shown }, operations);
}

type Actions = (
  endpoint: NeonEndpointRecord,
) => Pick<NeonOperationRecord, "action" | "branchId" | "endpointId" | "tasks">[];

const suspend = ({ id, branchId }: NeonEndpointRecord) => ({
  action: "suspend_compute" as const,
  branchId,
  endpointId: id,
  tasks: [{ do: "suspend-endpoint" as const, endpointId: id }],
});

const start = ({ id, branchId }: NeonEndpointRecord) => ({
  action: "start_compute" as const,
  branchId,
  endpointId: id,
  tasks: [{ do: "start-endpoint" as const, endpointId: id }],
});

/** A handler that does these to the endpoint of the path. @param isStarting refused where the endpoint may not run. */
function acting(actions: Actions, isStarting: boolean): NeonHandler {
  return (call) => {
    const { services } = call;
    services.usage.meter();
    const { project } = call;
    const endpoint = call.endpoint();
    if (isStarting && endpoint.isDisabled) throw new NeonError(422, "endpoint is disabled");
    // As Neon does: a used up quota looks like a lock.
    if (isStarting && project.exhausted !== undefined) throw new NeonError(423, project.exhausted);
    const { operations } = services.operations.change(project.id, (begin) => {
      for (const action of actions(endpoint)) begin(action);
    });
    return ok({ endpoint: shownEndpoint(services, endpoint) }, operations);
  };
}

function checkOnlyWriter(call: NeonCall, branchId: string): void {
  if (call.endpointsOf(branchId).some(({ type }) => type === "read_write"))
    throw new NeonError(409, `read_write endpoint already exists for branch ${branchId}`);
}

export const endpointHandlers: Record<string, NeonHandler> = {
  createProjectEndpoint,
  listProjectEndpoints,
  getProjectEndpoint: (call) => ok({ endpoint: shownEndpoint(call.services, call.endpoint()) }),
  updateProjectEndpoint,
  deleteProjectEndpoint,
  startProjectEndpoint: acting((endpoint) => [start(endpoint)], true),
  suspendProjectEndpoint: acting((endpoint) => [suspend(endpoint)], false),
  restartProjectEndpoint: acting((endpoint) => [suspend(endpoint), start(endpoint)], true),
};
