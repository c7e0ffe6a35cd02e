import type { Shape } from "../../kit/shape.ts";
import { allowDataLoss } from "../data-loss.ts";

const text = { type: "string" } as const;
const count = { type: "number" } as const;
const flag = { type: "boolean" } as const;

export const endpointSettings: Shape = {
  autoscalingLimitMinCu: count,
  autoscalingLimitMaxCu: count,
  suspendTimeoutSeconds: count,
  pgSettings: { type: "map", items: text },
};

const projectSettings: Shape = {
  quota: {
    type: "object",
    fields: {
      activeTimeSeconds: count,
      computeTimeSeconds: count,
      writtenDataBytes: count,
      dataTransferBytes: count,
      logicalSizeBytes: count,
    },
  },
  allowedIps: { type: "object", fields: { ips: { type: "list", items: text }, protectedBranchesOnly: flag } },
  enableLogicalReplication: flag,
  maintenanceWindow: {
    type: "object",
    fields: {
      weekdays: { type: "list", items: count, required: true },
      startTime: { ...text, required: true },
      endTime: { ...text, required: true },
    },
  },
  blockPublicConnections: flag,
  blockVpcConnections: flag,
  auditLogLevel: text,
  hipaa: flag,
};

export const projectShape: Shape = {
  name: { ...text, required: true },
  regionId: { ...text, required: true, replace: true },
  pgVersion: { ...count, replace: true },
  orgId: { ...text, replace: true },
  storePasswords: { ...flag, replace: true },
  historyRetentionSeconds: count,
  branchName: text,
  databaseName: text,
  roleName: { ...text, replace: true },
  protected: flag,
  defaultEndpointSettings: { type: "object", fields: endpointSettings },
  settings: { type: "object", fields: projectSettings },
  allowDataLoss,
  defaultBranchId: { ...text, output: true, stable: true },
  defaultEndpointId: { ...text, output: true, stable: true },
  host: { ...text, output: true, stable: true },
  port: { ...count, output: true, stable: true },
  poolerHost: { ...text, output: true, stable: true },
  poolerPort: { ...count, output: true, stable: true },
  password: { ...text, output: true, stable: true, secret: true },
  connectionUri: { ...text, output: true, secret: true },
  pooledConnectionUri: { ...text, output: true, secret: true },
  createdAt: { ...text, output: true, stable: true },
};

/** What Neon is told about a project itself; the rest belongs to its branch and its endpoint. */
export const ownShape: Shape = Object.fromEntries(
  ["name", "regionId", "pgVersion", "orgId", "storePasswords", "historyRetentionSeconds", "settings"].flatMap(
    (name) => {
      const field = projectShape[name];
      return field === undefined ? [] : [[name, field]];
    },
  ),
);
