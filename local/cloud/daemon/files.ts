import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where a home keeps what belongs to its embedded cloud. */
export function daemonFiles(home: string) {
  const local = join(home, "local");
  return {
    local,
    /** Descriptor of a serving daemon: `localDaemon` of the contracts. */
    descriptor: join(local, "daemon.json"),
    tokens: join(local, "tokens.json"),
    ports: join(local, "ports.json"),
    log: join(local, "logs", "cloud.log"),
    /** What a start says before the log is open, and why it failed. */
    startLog: join(local, "logs", "cloud-start.log"),
    /** Held (by SQLite's file lock) as long as a daemon lives. */
    lock: join(local, "daemon.lock"),
    /** Everything that `resetDaemon` sets aside. */
    cloud: join(local, "cloud"),
    processes: join(local, "processes.json"),
    postgres: join(local, "cloud", "postgres"),
    /** Kept by the Postgres fleet. */
    postgresProcesses: join(local, "cloud", "postgres", "processes.json"),
    compileCache: join(local, "cache", "node"),
    clock: join(local, "cloud", "clock.json"),
  };
}

/** Writes a file so that a reader sees the old or the new content, never a part. */
export function writeWhole(file: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}
