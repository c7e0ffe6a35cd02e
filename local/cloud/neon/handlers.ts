import { branchHandlers } from "./branches.ts";
import type { NeonHandler } from "./call.ts";
import { consumptionHandlers } from "./consumption.ts";
import { databaseHandlers } from "./databases.ts";
import { endpointHandlers } from "./endpoints.ts";
import { lookupHandlers } from "./lookups.ts";
import { projectHandlers } from "./projects.ts";
import { roleHandlers } from "./roles.ts";
import { scheduleHandlers } from "./schedules.ts";
import { snapshotHandlers } from "./snapshots.ts";

/** What the embedded cloud does of Neon's API, by the `operationId` of Neon's document. */
export const neonHandlers: Readonly<Record<string, NeonHandler>> = {
  ...projectHandlers,
  ...branchHandlers,
  ...endpointHandlers,
  ...roleHandlers,
  ...databaseHandlers,
  ...lookupHandlers,
  ...snapshotHandlers,
  ...scheduleHandlers,
  ...consumptionHandlers,
};
