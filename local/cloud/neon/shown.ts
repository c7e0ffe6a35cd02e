import {
  type NeonBranchRecord,
  type NeonDatabaseRecord,
  type NeonEndpointRecord,
  type NeonOperationRecord,
  type NeonOrganizationRecord,
  type NeonProjectRecord,
  type NeonRoleRecord,
  type NeonSnapshotRecord,
  neonBranches,
} from "../store/records/neon.ts";
import { limitsOf } from "./plans.ts";
import type { RealTime } from "./real-time.ts";
import type { NeonServices } from "./services.ts";

/** How the API shows records. The tests hold every answer against Neon's document. */

const provisioner = "k8s-neonvm";
const creationSource = "console";
const host = "127.0.0.1";
export const weekMs = 7 * 86_400_000;

export function shownProject(organization: NeonOrganizationRecord, project: NeonProjectRecord): object {
  const seconds = Math.floor(project.usage.computeSeconds);
  const active = Math.floor(project.usage.activeSeconds);
  const periodEnd = new Date(project.periodStart);
  periodEnd.setUTCMonth(periodEnd.getUTCMonth() + 1);
  return {
    ...projectBase(project),
    data_storage_bytes_hour: 0,
    data_transfer_bytes: 0,
    written_data_bytes: 0,
    compute_time_seconds: seconds,
    active_time_seconds: active,
    cpu_used_sec: seconds,
    history_retention_seconds: project.historyRetentionSeconds,
    consumption_period_start: project.periodStart,
    consumption_period_end: periodEnd.toISOString(),
    quota_reset_at: periodEnd.toISOString(),
    synthetic_storage_size: 0,
    owner: {
      email: "local@chittyops.localhost",
      name: organization.name,
      branches_limit: limitsOf(organization).branches,
      subscription_type: subscriptionTypes[organization.plan],
    },
  };
}

export function shownListedProject(organization: NeonOrganizationRecord, project: NeonProjectRecord): object {
  const { deletedAt } = project;
  return {
    ...projectBase(project),
    active_time: Math.floor(project.usage.activeSeconds),
    cpu_used_sec: Math.floor(project.usage.computeSeconds),
    history_retention_seconds: project.historyRetentionSeconds,
    org_name: organization.name,
    ...(deletedAt === undefined
      ? {}
      : { deleted_at: deletedAt, recoverable_until: new Date(Date.parse(deletedAt) + weekMs).toISOString() }),
  };
}

function projectBase(project: NeonProjectRecord): object {
  return {
    id: project.id,
    platform_id: "aws",
    region_id: project.regionId,
    name: project.name,
    provisioner,
    default_endpoint_settings: project.defaultEndpointSettings,
    settings: project.settings,
    pg_version: project.pgVersion,
    proxy_host: host,
    branch_logical_size_limit: 0,
    branch_logical_size_limit_bytes: 0,
    store_passwords: project.storePasswords,
    creation_source: creationSource,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    owner_id: project.organizationId,
    org_id: project.organizationId,
  };
}

const subscriptionTypes = { free: "free_v3", launch: "launch_v3", scale: "scale_v3" } as const;

export function shownBranch(branch: NeonBranchRecord, logicalSize?: number): object {
  const seconds = Math.floor(branch.usage.computeSeconds);
  return {
    id: branch.id,
    project_id: branch.projectId,
    ...optional("parent_id", branch.parentId),
    ...optional("parent_lsn", branch.parentLsn),
    ...optional("parent_timestamp", branch.parentTimestamp),
    name: branch.name,
    current_state: branch.state,
    ...(branch.state === "ready" ? {} : { pending_state: "ready" }),
    state_changed_at: branch.stateChangedAt,
    ...optional("logical_size", logicalSize),
    creation_source: creationSource,
    primary: branch.isDefault,
    default: branch.isDefault,
    protected: branch.isProtected,
    cpu_used_sec: seconds,
    compute_time_seconds: seconds,
    active_time_seconds: Math.floor(branch.usage.activeSeconds),
    written_data_bytes: 0,
    data_transfer_bytes: 0,
    created_at: branch.createdAt,
    updated_at: branch.updatedAt,
    ...optional("ttl_interval_seconds", branch.ttlSeconds),
    ...optional("expires_at", branch.expiresAt),
    ...optional("last_reset_at", branch.lastResetAt),
    init_source: branch.initSource,
    ...(branch.restoredFrom === undefined
      ? {}
      : { restore_status: branch.isFinalized ? "finalized" : "restored", restored_from: branch.restoredFrom }),
    ...optional("restored_as", branch.restoredAs),
  };
}

export function shownAnnotation({ id, annotation, createdAt, updatedAt }: NeonBranchRecord): object {
  return {
    object: { type: "console/branch", id },
    value: annotation ?? {},
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

export function shownEndpoint({ store, fleet, realTime }: NeonServices, endpoint: NeonEndpointRecord): object {
  const { active, lastActive, startedAt } = fleet.status(endpoint.id);
  const isReady = store.get(neonBranches, endpoint.projectId, endpoint.branchId)?.state !== "init";
  return {
    host,
    id: endpoint.id,
    ...optional("name", endpoint.name),
    project_id: endpoint.projectId,
    branch_id: endpoint.branchId,
    autoscaling_limit_min_cu: endpoint.minCu,
    autoscaling_limit_max_cu: endpoint.maxCu,
    region_id: endpoint.regionId,
    type: endpoint.type,
    current_state: !isReady ? "init" : active ? "active" : "idle",
    settings: endpoint.settings,
    pooler_enabled: endpoint.isPoolerEnabled,
    pooler_mode: "transaction",
    disabled: endpoint.isDisabled,
    passwordless_access: endpoint.isPasswordless,
    ...optional("last_active", timeOf(realTime, lastActive)),
    ...optional("started_at", timeOf(realTime, startedAt)),
    creation_source: creationSource,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
    proxy_host: host,
    suspend_timeout_seconds: endpoint.suspendTimeoutSeconds,
    provisioner,
  };
}

/** @param password shown where it was made just now, and nowhere else. */
export function shownRole(role: NeonRoleRecord, password?: string): object {
  return {
    branch_id: role.branchId,
    name: role.name,
    ...optional("password", password),
    protected: false,
    created_at: role.createdAt,
    updated_at: role.updatedAt,
  };
}

export function shownDatabase(database: NeonDatabaseRecord): object {
  return {
    id: database.id,
    branch_id: database.branchId,
    name: database.name,
    owner_name: database.owner,
    created_at: database.createdAt,
    updated_at: database.updatedAt,
  };
}

export function shownOperation(operation: NeonOperationRecord): object {
  return {
    id: operation.id,
    project_id: operation.projectId,
    ...optional("branch_id", operation.branchId),
    ...optional("endpoint_id", operation.endpointId),
    action: operation.action,
    status: operation.status,
    ...optional("error", operation.error),
    failures_count: operation.failures,
    created_at: operation.createdAt,
    updated_at: operation.updatedAt,
    total_duration_ms: operation.durationMs,
  };
}

export function shownSnapshot(snapshot: NeonSnapshotRecord): object {
  return {
    id: snapshot.id,
    name: snapshot.name,
    lsn: snapshot.lsn,
    timestamp: snapshot.timestamp,
    source_branch_id: snapshot.sourceBranchId,
    created_at: snapshot.createdAt,
    ...optional("expires_at", snapshot.expiresAt),
    manual: snapshot.isManual,
    ...optional("full_size", snapshot.fullSize),
  };
}

export function shownOrganization(organization: NeonOrganizationRecord): object {
  return {
    id: organization.id,
    name: organization.name,
    handle: `${organization.name}-${organization.id}`,
    plan: organization.plan,
    managed_by: "console",
    created_at: organization.createdAt,
    updated_at: organization.createdAt,
    require_mfa: false,
  };
}

function optional<N extends string, V>(name: N, value: V | undefined): Partial<Record<N, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<N, V>);
}

function timeOf(realTime: RealTime, real: number | undefined): string | undefined {
  return real === undefined ? undefined : new Date(realTime.shownAt(real)).toISOString();
}
