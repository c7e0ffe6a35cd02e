import type { ProjectCreateRequest, ProjectSettingsData, ProjectUpdateRequest } from "@neondatabase/api-client";
import {
  type NeonBranchRecord,
  type NeonDatabaseRecord,
  type NeonProjectRecord,
  type NeonRoleRecord,
  neonBranches,
  neonDatabases,
  neonEndpoints,
  neonProjects,
  neonRoles,
} from "../store/records/neon.ts";
import { after, created, type NeonCall, type NeonHandler, ok } from "./call.ts";
import { computeSize, newEndpoint, withEndpoints } from "./compute.ts";
import { connectionDetails } from "./connection.ts";
import { databaseId, neonId, projectId, rolePassword } from "./ids.ts";
import { checkDatabaseName, checkRoleName } from "./names.ts";
import { NeonError, notFound } from "./neon-error.ts";
import { limitsOf } from "./plans.ts";
import { defaultRegion, regions } from "./regions.ts";
import {
  shownBranch,
  shownDatabase,
  shownEndpoint,
  shownListedProject,
  shownProject,
  shownRole,
  weekMs,
} from "./shown.ts";
import { monthOf } from "./usage.ts";

async function createProject(call: NeonCall) {
  const { services, organization } = call;
  const { store, clock, operations } = services;
  const asked = call.body<ProjectCreateRequest>().project;
  if (asked.org_id !== undefined && asked.org_id !== organization.id) throw notFound("organization");
  checkRegion(asked.region_id);
  checkHistory(call, asked.history_retention_seconds);
  const roleName = asked.branch?.role_name ?? "neondb_owner";
  const databaseName = asked.branch?.database_name ?? "neondb";
  checkRoleName(roleName);
  checkDatabaseName(databaseName);
  const at = call.now();
  const id = projectId();
  const defaults = {
    ...asked.default_endpoint_settings,
    ...computeDefaults(asked),
  };
  const size = computeSize(organization, defaults, {});
  const project: NeonProjectRecord = {
    id,
    organizationId: organization.id,
    name: asked.name ?? id,
    regionId: asked.region_id ?? defaultRegion,
    pgVersion: asked.pg_version ?? 17,
    storePasswords: asked.store_passwords ?? true,
    historyRetentionSeconds: asked.history_retention_seconds ?? limitsOf(organization).defaultHistorySeconds,
    settings: settingsAfter({}, asked.settings),
    defaultEndpointSettings: {
      ...defaults,
      autoscaling_limit_min_cu: size.minCu,
      autoscaling_limit_max_cu: size.maxCu,
      suspend_timeout_seconds: size.suspendTimeoutSeconds,
    },
    usage: { activeSeconds: 0, computeSeconds: 0 },
    periodStart: monthOf(clock.now()),
    createdAt: at,
    updatedAt: at,
  };
  const branch: NeonBranchRecord = {
    id: neonId("br"),
    projectId: id,
    name: asked.branch?.name ?? "main",
    state: "init",
    stateChangedAt: at,
    isDefault: true,
    isProtected: false,
    initSource: "parent-data",
    usage: { activeSeconds: 0, computeSeconds: 0 },
    createdAt: at,
    updatedAt: at,
    annotation: asked.branch?.annotations,
    schedule: [],
  };
  const stamps = { branchId: branch.id, createdAt: at, updatedAt: at };
  const role: NeonRoleRecord = { ...stamps, name: roleName, password: rolePassword() };
  const database: NeonDatabaseRecord = { ...stamps, id: databaseId(), name: databaseName, owner: roleName };
  const endpoint = await newEndpoint(services, organization, project, { branchId: branch.id, type: "read_write" });
  const change = await withEndpoints(services, [endpoint], () =>
    operations.change(id, (start) => {
      checkProjects(call);
      store.put(neonProjects, project);
      store.put(neonBranches, branch);
      store.put(neonRoles, role);
      store.put(neonDatabases, database);
      store.put(neonEndpoints, endpoint);
      start({
        action: "create_timeline",
        branchId: branch.id,
        tasks: [
          { do: "create-data", dataId: branch.id },
          { do: "become-ready", branchId: branch.id },
        ],
      });
      start({
        action: "start_compute",
        branchId: branch.id,
        endpointId: endpoint.id,
        tasks: [
          { do: "create-role", branchId: branch.id, role: roleName },
          { do: "create-database", branchId: branch.id, database: databaseName, owner: roleName },
        ],
      });
    }),
  );
  return created(
    {
      project: shownProject(organization, project),
      connection_uris: [connectionDetails({ endpoint, role, database })],
      roles: [shownRole(role, role.password)],
      databases: [shownDatabase(database)],
      branch: shownBranch(branch),
      endpoints: [shownEndpoint(services, endpoint)],
    },
    change.operations,
  );
}

function listProjects(call: NeonCall) {
  const { organization } = call;
  const org = call.text("org_id");
  if (org !== undefined && org !== organization.id) throw notFound("organization");
  const search = call.text("search")?.toLowerCase() ?? "";
  const isDeleted = call.flag("recoverable");
  const found = call.services.store
    .list(neonProjects, organization.id)
    .reverse()
    .filter(({ deletedAt }) => (deletedAt !== undefined) === isDeleted)
    .filter(({ id, name }) => id.includes(search) || name.toLowerCase().includes(search));
  const page = after(found, call.text("cursor")).slice(0, call.number("limit") ?? 10);
  const last = page.at(-1);
  return ok({
    projects: page.map((project) => shownListedProject(organization, project)),
    // The real API gives a cursor with the last page too; the page after it is empty and has none.
    ...(last ? { pagination: { cursor: last.id } } : {}),
    applications: {},
    integrations: {},
  });
}

function getProject(call: NeonCall) {
  call.services.usage.meter();
  return ok({ project: shownProject(call.organization, call.project) });
}

function updateProject(call: NeonCall) {
  const { organization, services } = call;
  const asked = call.body<ProjectUpdateRequest>().project;
  const before = call.project;
  checkHistory(call, asked.history_retention_seconds);
  if (before.settings.enable_logical_replication && asked.settings?.enable_logical_replication === false)
    throw new NeonError(422, "logical replication cannot be disabled once it is enabled");
  const defaultEndpointSettings = { ...before.defaultEndpointSettings, ...asked.default_endpoint_settings };
  computeSize(organization, defaultEndpointSettings, {});
  const project: NeonProjectRecord = {
    ...before,
    name: asked.name ?? before.name,
    settings: settingsAfter(before.settings, asked.settings),
    historyRetentionSeconds: asked.history_retention_seconds ?? before.historyRetentionSeconds,
    defaultEndpointSettings,
    updatedAt: call.now(),
  };
  services.store.put(neonProjects, project);
  // A quota that was raised or lowered counts at once.
  services.usage.meter();
  return ok({ project: shownProject(organization, call.project) }, []);
}

function deleteProject(call: NeonCall) {
  const { store, operations } = call.services;
  const { project } = call;
  if (call.branches.some(({ isProtected }) => isProtected))
    throw new NeonError(422, "cannot delete project that has protected branches");
  const deleted = { ...project, deletedAt: call.now(), updatedAt: call.now() };
  operations.change(project.id, (start) => {
    store.put(neonProjects, deleted);
    for (const { id, branchId } of store.list(neonEndpoints, project.id)) {
      // It goes on listening, and refuses: when the project is recovered, its connection strings are good again.
      start({
        action: "suspend_compute",
        branchId,
        endpointId: id,
        tasks: [
          { do: "configure-endpoint", endpointId: id },
          { do: "suspend-endpoint", endpointId: id },
        ],
      });
    }
  });
  return ok({ project: shownProject(call.organization, deleted) });
}

async function recoverProject(call: NeonCall) {
  const { services, organization } = call;
  const { store, clock } = services;
  const deleted = store.get(neonProjects, organization.id, call.parameter("project_id"));
  if (deleted?.deletedAt === undefined || Date.parse(deleted.deletedAt) + weekMs <= clock.now())
    throw notFound("recoverable project");
  const project = { ...deleted, deletedAt: undefined, updatedAt: call.now() };
  services.operations.change(project.id, (start) => {
    checkProjects(call);
    store.put(neonProjects, project);
    for (const { id, branchId } of store.list(neonEndpoints, project.id)) {
      const tasks = [{ do: "configure-endpoint" as const, endpointId: id }];
      start({ action: "apply_config", branchId, endpointId: id, tasks });
    }
  });
  await services.operations.settled(project.id);
  return ok({ project: shownProject(organization, project), branches: call.branches.map((one) => shownBranch(one)) });
}

export const projectHandlers: Record<string, NeonHandler> = {
  createProject,
  listProjects,
  getProject,
  updateProject,
  deleteProject,
  recoverProject,
};

/** Sizes may stand beside the default settings too. */
function computeDefaults(asked: ProjectCreateRequest["project"]): Record<string, number> {
  const { autoscaling_limit_min_cu: min, autoscaling_limit_max_cu: max } = asked;
  return {
    ...(min === undefined ? {} : { autoscaling_limit_min_cu: min }),
    ...(max === undefined ? {} : { autoscaling_limit_max_cu: max }),
  };
}

/** What a request names replaces what was; within the quota and the allowed addresses too. */
function settingsAfter(before: ProjectSettingsData, asked: ProjectSettingsData = {}): ProjectSettingsData {
  return {
    ...before,
    ...asked,
    ...(asked.quota ? { quota: { ...before.quota, ...asked.quota } } : {}),
    ...(asked.allowed_ips ? { allowed_ips: { ...before.allowed_ips, ...asked.allowed_ips } } : {}),
  };
}

function checkRegion(region: string | undefined): void {
  if (region === undefined || regions.some(({ region_id }) => region_id === region)) return;
  const known = regions.map(({ region_id }) => region_id).join(", ");
  throw new NeonError(400, `unknown region_id "${region}": expected one of ${known}`);
}

function checkHistory({ organization }: NeonCall, seconds: number | undefined): void {
  const most = limitsOf(organization).historySeconds;
  if (seconds === undefined || seconds <= most) return;
  throw new NeonError(
    422,
    `history_retention_seconds (${seconds}) must not be greater than ${most}, the limit of the ${organization.plan} plan`,
  );
}

function checkProjects({ services, organization }: NeonCall): void {
  const most = limitsOf(organization).projects;
  const has = services.store
    .list(neonProjects, organization.id)
    .filter(({ deletedAt }) => deletedAt === undefined).length;
  if (has >= most)
    throw new NeonError(422, `projects limit of ${most} exceeded, got ${has}`, "PROJECTS_LIMIT_EXCEEDED");
}
