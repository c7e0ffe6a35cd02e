import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Postgres refuses to run as root: whom it runs as instead. */
export interface RunAs {
  /** What to spawn so that `path` runs as that user. */
  command(path: string, args: readonly string[]): Spawned;
  /** Hands a folder, with all that is in it, to that user. */
  own(path: string): Promise<void>;
}

export interface Spawned {
  file: string;
  args: string[];
  options: { uid?: number; gid?: number };
}

/** What decides; tests pretend another one. */
export interface System {
  isRoot: boolean;
  /** @returns why user namespaces cannot be used; undefined if they can. */
  namespaces: () => string | undefined;
}
const thisSystem: System = { isRoot: process.getuid?.() === 0, namespaces };

/** An unprivileged user that every system has; only the number counts. */
const nobody = 65_534;
const userNamespace = ["--user", `--map-user=${nobody}`, `--map-group=${nobody}`];

/**
 * As root: a user namespace in which root is another user, so that Postgres owns the files that root owns; where the system forbids
 * that (many containers do), the user `nobody`, to whom the folders are then given.
 * @param folders where Postgres must get to.
 * @throws CannotRunPostgres as root, when neither works.
 */
export function runAs(folders: readonly string[], system: System = thisSystem): RunAs {
  if (!system.isRoot) return asWeAre;
  const forbidden = system.namespaces();
  if (forbidden === undefined) return inNamespace;
  const closed = folders.map(closedToOthers).filter((folder) => folder !== undefined);
  if (closed.length > 0) throw new CannotRunPostgres(forbidden, closed);
  return asNobody;
}

const asWeAre: RunAs = {
  command: (file, args) => ({ file, args: [...args], options: {} }),
  own: async () => {},
};

const inNamespace: RunAs = {
  command: (path, args) => ({ file: "unshare", args: [...userNamespace, path, ...args], options: {} }),
  async own(path) {
    // It may have been given to the other user when namespaces were forbidden.
    if ((await stat(path)).uid !== 0) await give(path, 0);
  },
};

const asNobody: RunAs = {
  command: (file, args) => ({ file, args: [...args], options: { uid: nobody, gid: nobody } }),
  own: (path) => give(path, nobody),
};

async function give(path: string, user: number): Promise<void> {
  await chown(path, user, user);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), user, user);
}

function namespaces(): string | undefined {
  const { status, error, stderr } = spawnSync("unshare", [...userNamespace, "true"], { encoding: "utf8" });
  if (status === 0) return undefined;
  return error ? `\`unshare\` does not start (${error.message})` : stderr.trim() || `\`unshare\` ended with ${status}`;
}

/** The folder above (or at) `path` that others than root may not enter. */
function closedToOthers(path: string): string | undefined {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  const { status } = spawnSync("test", ["-x", folder], { uid: nobody, gid: nobody });
  return status === 0 ? undefined : folder;
}

/** Everything runs as root, and nothing lets Postgres run as somebody else. */
export class CannotRunPostgres extends Error {
  override name = "CannotRunPostgres";
  constructor(forbidden: string, closed: readonly string[]) {
    super(
      `Postgres cannot be started: it refuses to run as root.\n  found:    no user namespace: ${forbidden}; and the user \`nobody\` cannot enter ${closed.join(", ")}\n` +
        `  expected: to be run as an ordinary user, or a system with user namespaces, or folders that others may enter\n` +
        `  remedy:   run as an ordinary user; or allow user namespaces (in a container: \`--security-opt seccomp=unconfined\`); or set CHITTYOPS_HOME and XDG_CACHE_HOME to folders below one that everybody may enter, e.g. /srv/chittyops`,
    );
  }
}
