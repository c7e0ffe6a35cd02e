/** Neon's resources for programs: `import * as neon from "../providers/neon/sdk/index.ts"`. */

export { Branch, type BranchArgs } from "./branch.ts";
export { Database, type DatabaseArgs } from "./database.ts";
export { Endpoint, type EndpointArgs } from "./endpoint.ts";
export type { EndpointSettings } from "./endpoint-settings.ts";
export { Migrations, type MigrationsArgs } from "./migrations.ts";
export { Project, type ProjectArgs, type ProjectQuota, type ProjectSettings } from "./project.ts";
export { Provider, type ProviderArgs } from "./provider.ts";
export { Role, type RoleArgs } from "./role.ts";
export { RuntimeRole, type RuntimeRoleArgs } from "./runtime-role.ts";
export { type ScheduledSnapshot, SnapshotSchedule, type SnapshotScheduleArgs } from "./snapshot-schedule.ts";
export { withCredentials } from "./with-credentials.ts";
