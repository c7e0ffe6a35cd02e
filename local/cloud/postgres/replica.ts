import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyRunning } from "./branch-data.ts";
import { type Cluster, createCluster } from "./cluster.ts";
import { type ServerFolder, superuser } from "./server.ts";

/**
 * The cluster of a read-only endpoint: a copy that follows another cluster, so that no session can write, whatever it sets. It is made
 * at each start and removed at its end; the cluster that it follows runs as long as it does.
 */
export function createReplica(at: ServerFolder, primary: () => Promise<Cluster>, changed: () => void): Cluster {
  return createCluster(at, {
    changed,
    async prepare() {
      const followed = await primary();
      const lease = await followed.acquire();
      const ended = async (): Promise<void> => {
        lease.release();
        await rm(at.folder, { recursive: true, force: true });
      };
      try {
        await rm(at.folder, { recursive: true, force: true });
        const connections = await followed.query("postgres", async (client) => {
          await copyRunning(client, followed.at.folder, at.folder);
          const { rows } = await client.query<{ max_connections: string }>("SHOW max_connections");
          return rows[0]?.max_connections ?? "";
        });
        await writeFile(join(at.folder, "data", "standby.signal"), "");
        return {
          ended,
          settings: { primary_conninfo: await connectionTo(followed.at, at.folder), max_connections: connections },
        };
      } catch (error) {
        await ended();
        throw error;
      }
    },
  });
}

async function connectionTo({ socketFolder, port }: ServerFolder, folder: string): Promise<string> {
  const passwords = join(folder, "pgpass");
  await writeFile(passwords, `*:*:*:*:${await readFile(join(folder, "superuser"), "utf8")}\n`, { mode: 0o600 });
  const quoted = (value: string) => `'${value.replace(/[\\']/g, "\\$&")}'`;
  return `host=${quoted(socketFolder)} port=${port} user=${superuser} passfile=${quoted(passwords)}`;
}
