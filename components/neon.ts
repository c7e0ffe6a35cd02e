/** What programs use of Neon: the classes of our own plugin. */
export {
  Migrations,
  type MigrationsArgs,
  Project,
  Provider,
  RuntimeRole,
  SnapshotSchedule,
  withCredentials,
} from "../providers/neon/sdk/index.ts";
