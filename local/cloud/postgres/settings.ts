import { writeFileSync } from "node:fs";

/** Segments of the write-ahead log are this small, so that an idle cluster is. Megabytes. */
export const walSegmentSize = 1;

/**
 * What every cluster runs with.
 * - Little memory and few processes: dozens of clusters run on a laptop.
 * - `fsync` and `full_page_writes` are off. What was committed is with the operating system, so it survives the end of Postgres and of the
 *   daemon by whatever signal; a crash of the machine itself can damage clusters that ran.
 * - The write-ahead log is kept and never recycled: it is the history that branches at a point in time are made from (`history.ts`).
 * - Errors are logged without the statement and without values, since either may hold a secret.
 */
const always: Record<string, string | number> = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  shared_buffers: "16MB",
  io_method: "sync",
  max_worker_processes: 4,
  max_parallel_workers: 2,
  max_logical_replication_workers: 0,
  max_wal_senders: 4,
  // The lock tables have room for this many for each possible connection.
  max_pred_locks_per_transaction: 16,
  autovacuum_max_workers: 1,
  autovacuum_worker_slots: 1,
  autovacuum_naptime: "30s",
  fsync: "off",
  full_page_writes: "off",
  wal_keep_size: "1TB",
  wal_recycle: "off",
  wal_init_zero: "off",
  min_wal_size: "2MB",
  max_wal_size: "256MB",
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.max": 1000,
  "pg_stat_statements.track_utility": "off",
  superuser_reserved_connections: 7,
  timezone: "GMT",
  log_timezone: "GMT",
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
  log_checkpoints: "off",
};

export function writeSettings(file: string, settings: Record<string, string | number>): void {
  const lines = Object.entries({ ...always, ...settings }).map(
    ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`,
  );
  writeFileSync(file, lines.join(""), { mode: 0o644 });
}
