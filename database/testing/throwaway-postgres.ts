import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { copyStopped } from "../../local/cloud/postgres/branch-data.ts";
import { install } from "../../local/cloud/postgres/install.ts";
import { superuser } from "../../local/cloud/postgres/server.ts";

/** A real Postgres for one test file, on loopback; superuser `postgres`, no password, no TLS. */
export interface ThrowawayPostgres {
  port: number;
  /** e.g. `url("finance", "app")`. */
  url(database?: string, role?: string): string;
  /** Makes an empty database and gives its URL. */
  createDatabase(name: string): Promise<string>;
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function startThrowawayPostgres(settings: Record<string, string> = {}): Promise<ThrowawayPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const data = join(folder, "data");
  const installation = await install([tmpdir()]);
  await copyStopped(installation.template, folder, { log: true });
  writeFileSync(join(data, "pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
  await installation.runAs.own(folder);
  const port = await freePort();
  const all = {
    port: `${port}`,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { file, args, options } = installation.command("postgres", ["-D", data, ...flags]);
  const child = spawn(file, args, { stdio: "ignore", env: installation.environment, ...options });
  const url = (database = "postgres", role = "postgres") => `postgresql://${role}@127.0.0.1:${port}/${database}`;
  const query = async (sql: string, database?: string, role?: string) => {
    const client = new Client({ connectionString: url(database, role) });
    try {
      await client.connect();
      const { rows } = await client.query(sql);
      return rows;
    } finally {
      await client.end();
    }
  };
  await answering(() => query("create role postgres superuser login", "postgres", superuser), child);
  return {
    port,
    url,
    query: (sql, database) => query(sql, database),
    async createDatabase(name) {
      await query(`create database "${name}"`);
      return url(name);
    },
    async stop() {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGQUIT");
      if (child.exitCode === null && child.signalCode === null) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(ask: () => Promise<unknown>, child: ChildProcess): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > end) throw error;
      await delay(20);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? found(address.port) : failed(new Error("no port"))));
    });
  });
}
