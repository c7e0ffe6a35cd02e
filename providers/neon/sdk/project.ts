import * as pulumi from "@pulumi/pulumi";
import type { EndpointSettings } from "./endpoint-settings.ts";

/** What a project may use in a billing period; 0 or absent is no limit. A used-up quota suspends its computes. */
interface ProjectQuota {
  /** Seconds that its endpoints are active. */
  activeTimeSeconds?: pulumi.Input<number>;
  /** Seconds of processor time. Example: 36000. */
  computeTimeSeconds?: pulumi.Input<number>;
  /** Bytes written to all of its branches. */
  writtenDataBytes?: pulumi.Input<number>;
  /** Bytes that leave its branches. */
  dataTransferBytes?: pulumi.Input<number>;
  /** Bytes in any one branch, at any time. A branch beyond it can only be read and deleted from. */
  logicalSizeBytes?: pulumi.Input<number>;
}

interface ProjectSettings {
  quota?: pulumi.Input<ProjectQuota>;
  /** From where connections may come. Absent or empty: from anywhere. */
  allowedIps?: pulumi.Input<{
    /** Addresses, blocks or ranges. Example: `["203.0.113.7", "198.51.100.0/24"]`. */
    ips?: pulumi.Input<pulumi.Input<string>[]>;
    /** Whether this holds for protected branches only. Default: false. */
    protectedBranchesOnly?: pulumi.Input<boolean>;
  }>;
  /** Cannot be switched off again. Default: false. */
  enableLogicalReplication?: pulumi.Input<boolean>;
  /** When Neon may restart computes, in UTC. */
  maintenanceWindow?: pulumi.Input<{
    /** 1 (Monday) to 7 (Sunday). */
    weekdays: pulumi.Input<pulumi.Input<number>[]>;
    /** `HH:MM` in UTC. Example: `03:00`. */
    startTime: pulumi.Input<string>;
    /** `HH:MM` in UTC. Example: `04:00`. */
    endTime: pulumi.Input<string>;
  }>;
  /** No connections from the internet, whatever `allowedIps` says. Default: false. */
  blockPublicConnections?: pulumi.Input<boolean>;
  /** No connections through VPC endpoints. Default: false. */
  blockVpcConnections?: pulumi.Input<boolean>;
  auditLogLevel?: pulumi.Input<"base" | "extended" | "full">;
  /** Needs a plan with HIPAA. Default: false. */
  hipaa?: pulumi.Input<boolean>;
}

export interface ProjectArgs {
  /** 1 to 256 characters. Neon allows two projects of one name; this provider does not. Example: `finance-prod`. */
  name: pulumi.Input<string>;
  /** A change would replace the project. Example: `aws-us-east-2`. */
  regionId: pulumi.Input<string>;
  /** Postgres' major version, 14 to 18; a change would replace the project. Neon's default: 17. */
  pgVersion?: pulumi.Input<number>;
  /** Absent: the provider's. A change would replace the project. */
  orgId?: pulumi.Input<string>;
  /** Whether Neon keeps the roles' passwords, so that they can be shown again. A change would replace the project. Default: true. */
  storePasswords?: pulumi.Input<boolean>;
  /** Seconds of history for restores and branches from the past, 0 to 2592000. No default here: the longest depends on the plan. */
  historyRetentionSeconds?: pulumi.Input<number>;
  /** Of the root branch: 1 to 256 characters, renamed in place. Neon's default: `main`. */
  branchName?: pulumi.Input<string>;
  /** Of the first database: at most 63 bytes, renamed in place. Neon's default: `neondb`. */
  databaseName?: pulumi.Input<string>;
  /** The role that owns the first database: at most 63 bytes. A change would replace the project. Neon's default: `<database>_owner`. */
  roleName?: pulumi.Input<string>;
  /** Whether the root branch is protected: it cannot be deleted or reset, and `allowedIps` may hold for such branches only. Default: false. */
  protected?: pulumi.Input<boolean>;
  /** Of the first endpoint, and of every later one that says nothing else. */
  defaultEndpointSettings?: pulumi.Input<EndpointSettings>;
  settings?: pulumi.Input<ProjectSettings>;
  /** Permits replacing and deleting it with all its data. Counts from the `up` after the one that sets it. Default: false. */
  allowDataLoss?: pulumi.Input<boolean>;
}

/**
 * A Neon project with its root branch, the role that owns its database, the database and an endpoint, made by one request.
 * The id is the project's. Import: `<project>`.
 */
export class Project extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly regionId: pulumi.Output<string>;
  declare readonly pgVersion: pulumi.Output<number>;
  declare readonly orgId: pulumi.Output<string | undefined>;
  /** Seconds. */
  declare readonly historyRetentionSeconds: pulumi.Output<number>;
  /** `br-…` */
  declare readonly defaultBranchId: pulumi.Output<string>;
  /** `ep-…` */
  declare readonly defaultEndpointId: pulumi.Output<string>;
  declare readonly branchName: pulumi.Output<string>;
  declare readonly databaseName: pulumi.Output<string>;
  /** The role that owns the database. */
  declare readonly roleName: pulumi.Output<string>;
  /** Where the endpoint is reached without the pooler; Hyperdrive wants this one. */
  declare readonly host: pulumi.Output<string>;
  /** 5432 at Neon; in the embedded cloud each endpoint has its own. */
  declare readonly port: pulumi.Output<number>;
  declare readonly poolerHost: pulumi.Output<string>;
  declare readonly poolerPort: pulumi.Output<number>;
  /** Secret: the owner's. */
  declare readonly password: pulumi.Output<string>;
  /** Secret: as the owner, without the pooler. */
  declare readonly connectionUri: pulumi.Output<string>;
  /** Secret: as the owner, through the pooler. */
  declare readonly pooledConnectionUri: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdAt: pulumi.Output<string>;

  constructor(name: string, args: ProjectArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = {
      defaultBranchId: undefined,
      defaultEndpointId: undefined,
      host: undefined,
      port: undefined,
      poolerHost: undefined,
      poolerPort: undefined,
      password: undefined,
      connectionUri: undefined,
      pooledConnectionUri: undefined,
      createdAt: undefined,
    };
    const optional = {
      pgVersion: undefined,
      orgId: undefined,
      historyRetentionSeconds: undefined,
      branchName: undefined,
      databaseName: undefined,
      roleName: undefined,
    };
    const secrets = { additionalSecretOutputs: ["password", "connectionUri", "pooledConnectionUri"] };
    super("neon:index:Project", name, { ...outputs, ...optional, ...args }, pulumi.mergeOptions(secrets, options));
  }
}
