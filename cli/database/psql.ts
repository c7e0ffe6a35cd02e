import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseConnectionUri } from "../../database/connection-uri.ts";

/** Path of the psql on PATH. */
export function findPsql(path = process.env.PATH ?? ""): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "psql"))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Runs psql on this terminal. The password is neither in a command line nor in the environment, which other processes of the same user may
 * read: it is in a file that only they may read and that is removed again.
 * @returns psql's exit code
 */
export async function runPsql(psql: string, uri: string, sql: string | undefined): Promise<number> {
  const { host, port, user, database, password, sslMode, rootCertificate } = parseConnectionUri(uri);
  const folder = mkdtempSync(join(tmpdir(), "chittyops-psql-"));
  const passfile = join(folder, "pass");
  const escaped = (text: string) => text.replaceAll(/[\\:]/g, "\\$&");
  writeFileSync(
    passfile,
    `${escaped(host)}:${port}:${escaped(database)}:${escaped(user)}:${escaped(password ?? "")}\n`,
    { mode: 0o600 },
  );
  // Ctrl-C is psql's: it gives up the statement and not the session.
  const listeners = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = spawn(
      psql,
      ["--no-psqlrc", ...(sql === undefined ? [] : ["--set", "ON_ERROR_STOP=1", "--command", sql])],
      {
        stdio: "inherit",
        env: {
          ...process.env,
          PGHOST: host,
          PGPORT: String(port),
          PGUSER: user,
          PGDATABASE: database,
          PGPASSFILE: passfile,
          PGSSLMODE: sslMode,
          PGAPPNAME: "chittyops psql",
          ...(rootCertificate !== undefined && { PGSSLROOTCERT: rootCertificate }),
        },
      },
    );
    const [code] = (await once(child, "close")) as [number | null];
    return code ?? 1;
  } finally {
    process.off("SIGINT", ignore);
    for (const listener of listeners) process.on("SIGINT", listener);
    rmSync(folder, { recursive: true, force: true });
  }
}
