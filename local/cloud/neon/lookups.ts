import { neonOperations } from "../store/records/neon.ts";
import { after, type NeonCall, type NeonHandler, ok } from "./call.ts";
import { connectionUri } from "./connection.ts";
import { notFound } from "./neon-error.ts";
import { limitsOf } from "./plans.ts";
import { defaultRegion, regions } from "./regions.ts";
import { checkStored } from "./roles.ts";
import { shownOperation, shownOrganization } from "./shown.ts";

function getProjectOperation(call: NeonCall) {
  const operation = call.services.store.get(neonOperations, call.project.id, call.parameter("operation_id"));
  if (!operation) throw notFound("operation");
  return ok({ operation: shownOperation(operation) });
}

function listProjectOperations(call: NeonCall) {
  const newestFirst = call.services.store.list(neonOperations, call.project.id).reverse();
  const rest = after(newestFirst, call.text("cursor"));
  const page = rest.slice(0, call.number("limit") ?? rest.length);
  const last = page.at(-1);
  return ok({ ...(last ? { pagination: { cursor: last.id } } : {}), operations: page.map(shownOperation) });
}

function getConnectionURI(call: NeonCall) {
  const branchId = call.text("branch_id");
  const endpointId = call.text("endpoint_id");
  const named = endpointId === undefined ? undefined : call.endpoint(endpointId);
  const branch =
    branchId === undefined ? (named ? call.branch(named.branchId) : call.defaultBranch) : call.branch(branchId);
  const endpoint = named ?? call.endpointsOf(branch.id).find(({ type }) => type === "read_write");
  if (!endpoint || endpoint.branchId !== branch.id) throw notFound("endpoint");
  const role = call.role(branch.id, call.text("role_name"));
  const database = call.database(branch.id, call.text("database_name"));
  checkStored(call);
  return ok({ uri: connectionUri({ endpoint, role, database }, call.flag("pooled")) });
}

/** Whose key it is may be looked up under its own id only. */
function getOrganization(call: NeonCall) {
  if (call.parameter("org_id") !== call.organization.id) throw notFound("organization");
  return ok(shownOrganization(call.organization));
}

/** The account's limits, which a preview counts against. */
function getCurrentUserInfo({ organization }: NeonCall) {
  const limits = limitsOf(organization);
  const email = "local@chittyops.localhost";
  return ok({
    active_seconds_limit: 0,
    auth_accounts: [],
    email,
    id: organization.id,
    image: "",
    login: email,
    name: organization.name,
    last_name: "",
    projects_limit: limits.projects,
    branches_limit: limits.branches,
    max_autoscaling_limit: limits.maxCu,
    plan: organization.plan,
  });
}

export const lookupHandlers: Record<string, NeonHandler> = {
  getProjectOperation,
  listProjectOperations,
  getConnectionURI,
  getOrganization,
  getCurrentUserOrganizations: ({ organization }) => ok({ organizations: [shownOrganization(organization)] }),
  getCurrentUserInfo,
  getAuthDetails: ({ organization }) => ok({ account_id: organization.id, auth_method: "api_key_org" }),
  getActiveRegions: () =>
    ok({ regions: regions.map((region) => ({ ...region, default: region.region_id === defaultRegion })) }),
};
