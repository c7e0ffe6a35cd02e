import { randomUUID } from "node:crypto";
import { z } from "zod";
import { scripts, type WorkflowRecord, workflows } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { latestVersion } from "./script-target.ts";

const base = "/accounts/:account/workflows";
const workflowBody = z.looseObject({
  script_name: z.string().min(1),
  class_name: z.string().min(1),
  limits: z.looseObject({ steps: z.int().min(1).optional() }).nullish(),
});

export const workflowRoutes: Route[] = [
  route("GET", base, (call) =>
    paged(call, call.store.list(workflows, call.accountId).map(shown), { perPage: 10, max: 100 }),
  ),
  route("GET", `${base}/:workflow`, (call) => ok(shown(workflowOf(call)))),
  route("PUT", `${base}/:workflow`, putWorkflow),
  route("DELETE", `${base}/:workflow`, (call) => {
    const { id } = workflowOf(call);
    call.store.remove(workflows, call.accountId, id);
    call.runtime.desiredStateChanged();
    return ok({ status: "ok", success: null });
  }),
  route("GET", `${base}/:workflow/versions`, (call) => {
    const { versionId, className, createdOn, modifiedOn, id } = workflowOf(call);
    const version = {
      id: versionId,
      class_name: className,
      created_on: createdOn,
      modified_on: modifiedOn,
      workflow_id: id,
    };
    return paged(call, [version], { perPage: 10, max: 100 });
  }),
];

/** Makes or changes a workflow. Its script must exist and export the class. */
async function putWorkflow(call: Call): Promise<Response> {
  const body = await call.json(workflowBody, 10002);
  const name = call.parameter("workflow");
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,63}$/.test(name))
    throw new ApiError(400, 10002, `Invalid workflow name '${name}'.`);
  const workflow = call.store.transaction(() => {
    const script = call.store.get(scripts, call.accountId, body.script_name);
    if (!script) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
    const classes = latestVersion(call.store, script)?.classes ?? [];
    if (!classes.includes(body.class_name)) {
      throw new ApiError(400, 10002, `The script '${script.name}' does not export the class '${body.class_name}'.`);
    }
    const existing = call.store.byName(workflows, call.accountId, name);
    const now = call.now();
    const record: WorkflowRecord = {
      id: existing?.id ?? randomUUID(),
      accountId: call.accountId,
      name,
      scriptName: body.script_name,
      className: body.class_name,
      createdOn: existing?.createdOn ?? now,
      modifiedOn: now,
      versionId: randomUUID(),
      ...(body.limits ? { limits: body.limits } : {}),
    };
    call.store.put(workflows, record);
    return record;
  });
  call.runtime.desiredStateChanged();
  return ok({ ...shown(workflow), is_deleted: 0, terminator_running: 0, version_id: workflow.versionId });
}

function workflowOf(call: Call): WorkflowRecord {
  const workflow = call.store.byName(workflows, call.accountId, call.parameter("workflow"));
  if (!workflow) throw new ApiError(404, 10200, "workflow.not_found");
  return workflow;
}

function shown({
  id,
  name,
  scriptName,
  className,
  createdOn,
  modifiedOn,
  limits,
}: WorkflowRecord): Record<string, unknown> {
  return {
    id,
    name,
    script_name: scriptName,
    class_name: className,
    created_on: createdOn,
    modified_on: modifiedOn,
    triggered_on: null,
    instances: {},
    ...(limits ? { limits } : {}),
  };
}
