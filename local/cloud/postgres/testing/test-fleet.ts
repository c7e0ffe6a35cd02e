import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { type FleetOptions, openPostgresFleet } from "../fleet.ts";
import type { EndpointPorts, PostgresFleet } from "../types.ts";

export interface TestFleet {
  fleet: PostgresFleet;
  directory: string;
  /** What it logged. */
  lines: string[];
  /** Ends the fleet and opens another one on the same folder. */
  reopen(): Promise<void>;
  /** A branch with the role `app` (password `app`), its database `app` and an endpoint. */
  branch(id: string, settings?: Partial<Parameters<PostgresFleet["openEndpoint"]>[0]>): Promise<EndpointPorts>;
  /** An endpoint of a branch that exists. */
  endpoint(branchId: string, settings?: Partial<Parameters<PostgresFleet["openEndpoint"]>[0]>): Promise<EndpointPorts>;
  close(): Promise<void>;
}

export async function openTestFleet(options: Partial<FleetOptions> = {}): Promise<TestFleet> {
  const directory = mkdtempSync(join(tmpdir(), "fleet-"));
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const open = () =>
    openPostgresFleet({
      directory,
      log: { info: write, warn: write, error: write },
      pgbouncer: undefined,
      ...options,
    });
  const test: TestFleet = {
    fleet: await open(),
    directory,
    lines,
    async reopen() {
      await test.fleet.stop();
      test.fleet = await open();
    },
    async branch(id, settings) {
      await test.fleet.createBranch({ id });
      await test.fleet.createRole(id, { name: "app", password: "app" });
      await test.fleet.createDatabase(id, { name: "app", owner: "app" });
      return await test.endpoint(id, settings);
    },
    endpoint: (branchId, settings) =>
      test.fleet.openEndpoint({
        id: branchId.replace("br-", "ep-"),
        branchId,
        readOnly: false,
        suspendAfter: 300,
        maxConnections: 50,
        ...settings,
      }),
    async close() {
      await test.fleet.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return test;
}

export async function connect(port: number, config: Partial<ClientConfig> = {}): Promise<Client> {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "app",
    password: "app",
    database: "app",
    ssl: { rejectUnauthorized: false },
    ...config,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Rows of one statement on a connection of its own. */
export async function ask(
  port: number,
  sql: string,
  config: Partial<ClientConfig> = {},
): Promise<Record<string, unknown>[]> {
  const client = await connect(port, config);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("What was waited for did not come.");
    await delay(20);
  }
}

/** Files below a folder that hold a text. */
export function filesWith(folder: string, text: string): string[] {
  return filesBelow(folder).filter((file) => readFileSync(file).includes(text));
}

export function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
