import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { currentSegment, dropLogBefore, dropUnusedLog, oldestNeeded } from "./history.ts";
import type { Installation } from "./installation.ts";
import { asSuperuser, startServer } from "./server.ts";
import { socketParent } from "./sockets.ts";

/** What every role of a Neon branch belongs to (https://neon.com/docs/manage/roles#the-neonsuperuser-role). */
const statements = [
  "CREATE ROLE neon_superuser NOLOGIN CREATEDB CREATEROLE BYPASSRLS REPLICATION",
  "GRANT pg_read_all_data, pg_write_all_data, pg_create_subscription TO neon_superuser",
  "GRANT pg_monitor, pg_signal_backend TO neon_superuser WITH ADMIN OPTION",
];

/** Gives a fresh cluster what all copies shall have, and lets go of the log it was made with. */
export async function prepareTemplate(installation: Installation): Promise<void> {
  const socketFolder = await mkdtemp(join(socketParent(), "pg-"));
  try {
    await installation.runAs.own(socketFolder);
    const at = { installation, folder: installation.template, socketFolder, port: 1 };
    const server = await startServer(at);
    let current = "";
    try {
      await asSuperuser(at, "postgres", async (client) => {
        for (const statement of statements) await client.query(statement);
        await client.query("CHECKPOINT");
        await dropLogBefore(installation.template, await oldestNeeded(client));
        current = await currentSegment(client);
      });
    } finally {
      await server.stop();
    }
    await dropUnusedLog(installation.template, current);
  } finally {
    await rm(socketFolder, { recursive: true, force: true });
  }
}
