/** Neon's resources for programs: `import * as neon from "../providers/neon/sdk/index.ts"`. */

export { Branch, type BranchArgs } from "./branch.ts";
export { Database, type DatabaseArgs } from "./database.ts";
export { Endpoint, type EndpointArgs } from "./endpoint.ts";
export { Migrations, type MigrationsArgs } from "./migrations.ts";
export { Project, type ProjectArgs } from "./project.ts";
export { Provider } from "./provider.ts";
export { Role, type RoleArgs } from "./role.ts";
export { RuntimeRole } from "./runtime-role.ts";
export { SnapshotSchedule, type SnapshotScheduleArgs } from "./snapshot-schedule.ts";
export { withCredentials } from "./with-credentials.ts";
