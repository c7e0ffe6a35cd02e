import type { AnnotationCreateValueRequest, BranchCreateRequest } from "@neondatabase/api-client";
import {
  dataOf,
  type NeonBranchRecord,
  type NeonEndpointRecord,
  type NeonOrganizationRecord,
  type NeonTask,
  neonBranches,
  neonEndpoints,
} from "../store/records/neon.ts";
import { created, type NeonCall } from "./call.ts";
import { newEndpoint, withEndpoints } from "./compute.ts";
import { connectionDetails } from "./connection.ts";
import { contentsOf, writeContents } from "./copy-contents.ts";
import { lsnOf, momentOf } from "./history.ts";
import { neonId } from "./ids.ts";
import { NeonError } from "./neon-error.ts";
import { limitsOf } from "./plans.ts";
import { shownBranch, shownDatabase, shownEndpoint, shownRole } from "./shown.ts";

export async function createProjectBranch(call: NeonCall) {
  const { services, organization, project } = call;
  const { store, operations, realTime } = services;
  const {
    branch: asked = {},
    endpoints: askedEndpoints = [],
    annotation_value,
  } = call.body<BranchCreateRequest & AnnotationCreateValueRequest>();
  const parent = asked.parent_id ? call.branch(asked.parent_id) : call.defaultBranch;
  const isSchemaOnly = asked.init_source === "schema-only";
  if (asked.init_source !== undefined && !isSchemaOnly && asked.init_source !== "parent-data")
    throw new NeonError(400, `unknown init_source "${asked.init_source}": expected parent-data or schema-only`);
  if (asked.archived) throw new NeonError(422, "the embedded cloud has no archived branches");
  if (askedEndpoints.filter(({ type }) => String(type) === "read_write").length > 1)
    throw new NeonError(400, "a branch can have only one read_write endpoint");
  const moment = momentOf(services, project, parent, { lsn: asked.parent_lsn, timestamp: asked.parent_timestamp });
  const at = call.now();
  const id = neonId("br");
  const branch: NeonBranchRecord = {
    id,
    projectId: project.id,
    ...(isSchemaOnly
      ? {}
      : {
          parentId: parent.id,
          parentLsn: lsnOf(moment ?? Date.parse(at)),
          parentTimestamp: moment === undefined ? at : new Date(moment).toISOString(),
        }),
    name: asked.name ?? id,
    state: "init",
    stateChangedAt: at,
    isDefault: false,
    isProtected: asked.protected ?? false,
    initSource: isSchemaOnly ? "schema-only" : "parent-data",
    usage: { activeSeconds: 0, computeSeconds: 0 },
    createdAt: at,
    updatedAt: at,
    ...expiry(call, asked.expires_at, { isProtected: asked.protected ?? false, isDefault: false }),
    annotation: annotation_value,
    schedule: [],
  };
  // Its computes would have to be closed again.
  checkBranches(call, organization);
  checkBranchName(call, branch);
  const endpoints: NeonEndpointRecord[] = [];
  for (const asked of askedEndpoints)
    endpoints.push(await newEndpoint(services, organization, project, { ...asked, branchId: id }));
  const change = await withEndpoints(services, endpoints, () =>
    operations.change(project.id, (start) => {
      checkBranches(call, organization);
      checkBranchName(call, branch);
      store.put(neonBranches, branch);
      const contents = writeContents(store, id, contentsOf(store, parent.id, moment), {
        newPasswords: parent.isProtected,
      });
      for (const endpoint of endpoints) store.put(neonEndpoints, endpoint);
      const tasks: NeonTask[] = [
        {
          do: "create-data",
          dataId: id,
          from: dataOf(store, parent.id),
          ...(moment === undefined ? {} : { at: realTime.of(moment) }),
          schemaOnly: isSchemaOnly,
        },
      ];
      // Those of then may have been changed since.
      if (parent.isProtected || moment !== undefined) tasks.push({ do: "set-passwords", branchId: id });
      tasks.push({ do: "become-ready", branchId: id });
      start({ action: "create_branch", branchId: id, tasks });
      for (const endpoint of endpoints) start({ action: "start_compute", branchId: id, endpointId: endpoint.id });
      return contents;
    }),
  );
  const { roles, databases } = change.result;
  const [endpoint] = endpoints;
  const [role, secondRole] = roles;
  const [database, secondDatabase] = databases;
  const isOne = endpoint && role && database && !secondRole && !secondDatabase;
  return created(
    {
      branch: shownBranch(branch),
      endpoints: endpoints.map((one) => shownEndpoint(services, one)),
      roles: roles.map((one) => shownRole(one)),
      databases: databases.map(shownDatabase),
      ...(isOne ? { connection_uris: [connectionDetails({ endpoint, role, database })] } : {}),
    },
    change.operations,
  );
}

/** @throws {NeonError} 409 */
export function checkBranchName(call: NeonCall, branch: Pick<NeonBranchRecord, "id" | "name">): void {
  if (call.branches.some(({ id, name }) => name === branch.name && id !== branch.id))
    throw new NeonError(409, `branch already exists: ${branch.name}`, "BRANCH_ALREADY_EXISTS");
}

/** @throws {NeonError} 422 */
export function checkBranches(call: NeonCall, organization: NeonOrganizationRecord): void {
  const most = limitsOf(organization).branches;
  if (call.branches.length >= most)
    throw new NeonError(
      422,
      `branches limit of ${most} exceeded, got ${call.branches.length}`,
      "BRANCHES_LIMIT_EXCEEDED",
    );
}

const longestLifeMs = 30 * 86_400_000;

/** When a branch ends by itself. @throws {NeonError} 400 for a moment that it cannot have, 422 for a branch that must not end. */
export function expiry(
  call: NeonCall,
  expiresAt: string | null | undefined,
  branch: Pick<NeonBranchRecord, "isProtected" | "isDefault">,
): Pick<NeonBranchRecord, "expiresAt" | "ttlSeconds"> {
  if (expiresAt === undefined || expiresAt === null) return { expiresAt: undefined, ttlSeconds: undefined };
  const now = call.services.clock.now();
  const time = Date.parse(expiresAt);
  if (!(time > now)) throw new NeonError(400, "expires_at must be in the future");
  if (time > now + longestLifeMs) throw new NeonError(400, "expires_at must be within 30 days");
  if (branch.isDefault) throw new NeonError(422, "cannot set expires_at on the default branch");
  if (branch.isProtected) throw new NeonError(422, "cannot set expires_at on a protected branch");
  return { expiresAt: new Date(time).toISOString(), ttlSeconds: Math.round((time - now) / 1000) };
}
