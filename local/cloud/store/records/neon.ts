import type {
  BackupScheduleItem,
  DefaultEndpointSettings,
  EndpointSettingsData,
  OperationAction,
  OperationStatus,
  ProjectSettingsData,
} from "@neondatabase/api-client";
import { collection } from "../collection.ts";
import type { Store } from "../store-interface.ts";

/** Seconds and bytes used since the period began. */
interface NeonUsage {
  activeSeconds: number;
  computeSeconds: number;
}

export type NeonPlan = "free" | "launch" | "scale";

export interface NeonOrganizationRecord {
  id: string;
  name: string;
  plan: NeonPlan;
  /** Instead of the plan's. */
  limits: { projects?: number | undefined; branches?: number | undefined };
  createdAt: string;
}

export const neonOrganizations = collection({
  kind: "neon-organization",
  scope: (_: NeonOrganizationRecord) => "",
  id: (organization) => organization.id,
  name: (organization) => organization.name,
});

export interface NeonProjectRecord {
  id: string;
  organizationId: string;
  /** Not unique: Neon lets two projects have one name. */
  name: string;
  regionId: string;
  pgVersion: number;
  storePasswords: boolean;
  historyRetentionSeconds: number;
  settings: ProjectSettingsData;
  defaultEndpointSettings: DefaultEndpointSettings;
  usage: NeonUsage;
  /** Why its computes may not run, once a quota is used up. */
  exhausted?: string | undefined;
  periodStart: string;
  createdAt: string;
  updatedAt: string;
  /** Recoverable for a week from then on. */
  deletedAt?: string | undefined;
}

export const neonProjects = collection({
  kind: "neon-project",
  scope: (project: NeonProjectRecord) => project.organizationId,
  id: (project) => project.id,
});

export interface NeonBranchRecord {
  id: string;
  /** Names its data in the fleet, once it is not what the branch was made with: a restore exchanges data, and ids stay. */
  dataId?: string | undefined;
  projectId: string;
  parentId?: string | undefined;
  parentLsn?: string | undefined;
  parentTimestamp?: string | undefined;
  name: string;
  state: "init" | "ready" | "resetting";
  stateChangedAt: string;
  isDefault: boolean;
  isProtected: boolean;
  initSource: "parent-data" | "schema-only";
  usage: NeonUsage;
  createdAt: string;
  updatedAt: string;
  expiresAt?: string | undefined;
  ttlSeconds?: number | undefined;
  lastResetAt?: string | undefined;
  /** The snapshot it was made from. */
  restoredFrom?: string | undefined;
  /** The branch it takes the place of when the restore is finalised. */
  restoredAs?: string | undefined;
  isFinalized?: boolean | undefined;
  annotation?: Record<string, string> | undefined;
  schedule: BackupScheduleItem[];
  /** Up to when the schedule's snapshots have been taken. */
  scheduledUntil?: string | undefined;
}

export const neonBranches = collection({
  kind: "neon-branch",
  scope: (branch: NeonBranchRecord) => branch.projectId,
  id: (branch) => branch.id,
});

/** What the fleet calls the data of a branch. */
export function dataOf(store: Store, branchId: string): string {
  return store.find(neonBranches, branchId)?.dataId ?? branchId;
}

export interface NeonEndpointRecord {
  id: string;
  projectId: string;
  branchId: string;
  name?: string | undefined;
  regionId: string;
  type: "read_only" | "read_write";
  minCu: number;
  maxCu: number;
  settings: EndpointSettingsData;
  isPoolerEnabled: boolean;
  isDisabled: boolean;
  isPasswordless: boolean;
  /** As the API has it: 0 is the default of five minutes, -1 never. */
  suspendTimeoutSeconds: number;
  /** On 127.0.0.1. */
  ports: { direct: number; pooled: number };
  createdAt: string;
  updatedAt: string;
}

export const neonEndpoints = collection({
  kind: "neon-endpoint",
  scope: (endpoint: NeonEndpointRecord) => endpoint.projectId,
  id: (endpoint) => endpoint.id,
});

export interface NeonRoleRecord {
  branchId: string;
  name: string;
  /** Kept even where `store_passwords` is off, since a branch needs it; then it is not shown again. */
  password: string;
  createdAt: string;
  updatedAt: string;
}

export const neonRoles = collection({
  kind: "neon-role",
  scope: (role: NeonRoleRecord) => role.branchId,
  id: (role) => role.name,
});

export interface NeonDatabaseRecord {
  id: number;
  branchId: string;
  name: string;
  owner: string;
  createdAt: string;
  updatedAt: string;
}

export const neonDatabases = collection({
  kind: "neon-database",
  scope: (database: NeonDatabaseRecord) => database.branchId,
  id: (database) => String(database.id),
  name: (database) => database.name,
});

export interface NeonSnapshotRecord {
  /** Names its data in the fleet too. */
  id: string;
  projectId: string;
  name: string;
  sourceBranchId: string;
  lsn: string;
  /** The moment whose data it has. */
  timestamp: string;
  isManual: boolean;
  fullSize?: number | undefined;
  /** As at that moment, so that a branch restored from it has them. */
  roles: NeonRoleRecord[];
  databases: NeonDatabaseRecord[];
  createdAt: string;
  expiresAt?: string | undefined;
}

export const neonSnapshots = collection({
  kind: "neon-snapshot",
  scope: (snapshot: NeonSnapshotRecord) => snapshot.projectId,
  id: (snapshot) => snapshot.id,
});

/**
 * What an operation does to the Postgres fleet. Passwords are read from the roles when it runs. `dataId` and `from` name data in the fleet,
 * `branchId` a branch; `at` is in milliseconds of real time.
 */
export type NeonTask =
  | {
      do: "create-data";
      dataId: string;
      from?: string | undefined;
      at?: number | undefined;
      schemaOnly?: boolean | undefined;
    }
  | { do: "delete-data"; dataId: string }
  | {
      do: "exchange-data";
      branchId: string;
      dataId: string;
      /** The branch whose roles and databases of then go with the data; `moment` is of the local clock. */
      source: string;
      moment?: number | undefined;
      newPasswords: boolean;
      /** What becomes of the data that the branch had; absent: it is deleted. */
      keep?: { id: string; name: string } | undefined;
      origin: Pick<NeonBranchRecord, "parentId" | "parentLsn" | "parentTimestamp" | "lastResetAt" | "expiresAt">;
    }
  | { do: "become-ready"; branchId: string }
  | { do: "measure-snapshot"; snapshotId: string }
  | { do: "set-passwords"; branchId: string }
  | { do: "create-role"; branchId: string; role: string }
  | { do: "set-password"; branchId: string; role: string }
  | { do: "delete-role"; branchId: string; role: string }
  | { do: "create-database"; branchId: string; database: string; owner: string }
  | { do: "update-database"; branchId: string; database: string; name?: string | undefined; owner?: string | undefined }
  | { do: "delete-database"; branchId: string; database: string }
  | { do: "configure-endpoint"; endpointId: string }
  | { do: "close-endpoint"; endpointId: string }
  | { do: "start-endpoint"; endpointId: string }
  | { do: "suspend-endpoint"; endpointId: string };

export interface NeonOperationRecord {
  id: string;
  projectId: string;
  branchId?: string | undefined;
  endpointId?: string | undefined;
  action: `${OperationAction}`;
  status: `${OperationStatus}`;
  error?: string | undefined;
  failures: number;
  tasks: NeonTask[];
  /** How many of the tasks are done. */
  done: number;
  createdAt: string;
  updatedAt: string;
  durationMs: number;
}

export const neonOperations = collection({
  kind: "neon-operation",
  scope: (operation: NeonOperationRecord) => operation.projectId,
  id: (operation) => operation.id,
});

/** Compute seconds of a project in one hour, times the size of the compute. */
export interface NeonHourRecord {
  projectId: string;
  /** Start of the hour. */
  hour: string;
  computeUnitSeconds: number;
}

export const neonHours = collection({
  kind: "neon-hour",
  scope: (record: NeonHourRecord) => record.projectId,
  id: (record) => record.hour,
});
