import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  type DeploymentRecord,
  type ScriptRecord,
  scriptKey,
  scripts,
  type VersionRecord,
  versions,
} from "../../store/records/workers.ts";
import { localUser } from "../accounts/local-user.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { scriptOf, scriptTarget } from "./script-target.ts";
import { shownDeployment, shownVersion, shownVersionDetail } from "./shown-script.ts";
import { sourceOf, uploadScript } from "./upload-script.ts";

const base = "/accounts/:account/workers/scripts/:script";

export const versionRoutes: Route[] = [
  route("GET", `${base}/versions`, (call) => {
    const newestFirst = call.store.list(versions, scriptKey(scriptOf(call))).reverse();
    if (call.query.get("deployable") === "true") return ok({ items: newestFirst.slice(0, 100).map(shownVersion) });
    return pagedItems(call, newestFirst.map(shownVersion));
  }),
  route("POST", `${base}/versions`, async (call) => {
    scriptOf(call);
    const { script, version } = await uploadScript(call, scriptTarget(call), {
      deploy: false,
      triggeredBy: "version_upload",
    });
    return ok(shownVersionDetail(script, version));
  }),
  route("GET", `${base}/versions/:version`, (call) => {
    const script = scriptOf(call);
    return ok(shownVersionDetail(script, versionOf(call, script, call.parameter("version"))));
  }),
  route("GET", `${base}/deployments`, (call) => ok({ deployments: scriptOf(call).deployments.map(shownDeployment) })),
  route("POST", `${base}/deployments`, createDeployment),
  route("GET", `${base}/deployments/:deployment`, (call) => ok(shownDeployment(deploymentOf(call)))),
  route("DELETE", `${base}/deployments/:deployment`, (call) => {
    const script = scriptOf(call);
    const deployment = deploymentOf(call);
    if (script.deployments[0]?.id === deployment.id) {
      throw new ApiError(400, 10337, "The active deployment cannot be deleted.");
    }
    const deployments = script.deployments.filter(({ id }) => id !== deployment.id);
    call.store.put(scripts, { ...script, deployments });
    return ok(null);
  }),
];

const deploymentBody = z.looseObject({
  strategy: z.literal("percentage", { error: 'expected "percentage"' }).default("percentage"),
  versions: z
    .array(z.object({ version_id: z.string(), percentage: z.number().min(0.01).max(100) }))
    .min(1, "expected one or two versions")
    .max(2, "expected one or two versions"),
  annotations: z.record(z.string(), z.string()).nullish(),
});

/** Deploys one version, or two by percentage; the same deployment sent twice ends in the same state. */
async function createDeployment(call: Call): Promise<Response> {
  const body = await call.json(deploymentBody, 10021);
  const deployment = call.store.transaction(() => {
    const script = scriptOf(call);
    for (const { version_id } of body.versions) versionOf(call, script, version_id);
    const total = body.versions.reduce((sum, { percentage }) => sum + percentage, 0);
    if (Math.abs(total - 100) > 0.001) {
      throw new ApiError(400, 10021, `versions: the percentages add up to ${total}; expected 100.`);
    }
    const made: DeploymentRecord = {
      id: randomUUID(),
      createdOn: call.now(),
      source: sourceOf(call),
      strategy: "percentage",
      authorEmail: localUser.email,
      versions: body.versions,
      annotations: { "workers/triggered_by": "deployment", ...body.annotations },
    };
    const deployments = [made, ...script.deployments].slice(0, 100);
    call.store.put(scripts, { ...script, modifiedOn: call.now(), deployments });
    return made;
  });
  call.runtime.desiredStateChanged();
  return ok(shownDeployment(deployment));
}

/** @throws {ApiError} 404/100146 */
function versionOf(call: Call, script: ScriptRecord, id: string): VersionRecord {
  const version = call.store.get(versions, scriptKey(script), id);
  if (!version) throw new ApiError(404, 100146, `Version '${id}' not found.`);
  return version;
}

function deploymentOf(call: Call): DeploymentRecord {
  const id = call.parameter("deployment");
  const deployment = scriptOf(call).deployments.find((candidate) => candidate.id === id);
  if (!deployment) throw new ApiError(404, 10336, `Deployment '${id}' not found.`);
  return deployment;
}

/** Versions are the one list whose pages stand in `items`. */
async function pagedItems(call: Call, items: unknown[]): Promise<Response> {
  const envelope = (await paged(call, items, { perPage: 10, max: 100 }).json()) as {
    result: unknown[];
    result_info: object;
  };
  return ok({ items: envelope.result }, { info: { ...envelope.result_info } });
}
