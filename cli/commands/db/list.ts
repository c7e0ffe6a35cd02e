import type { Command } from "commander";
import { ConnectionFailed } from "../../../database/connection-failed.ts";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { MigrationError } from "../../../database/migrations/problem.ts";
import { status } from "../../../database/migrations/status.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { migrationsFolder } from "../../database/schemas.ts";
import { shownBytes } from "../../output/bytes.ts";
import { table } from "../../output/table.ts";
import { defineDbCommand } from "./define-db-command.ts";

/** `chittyops db list`: what there is, at Neon and inside. */
export function listCommand(): Command {
  return defineDbCommand({
    name: "list",
    summary: "List the databases with their size, compute and migrations",
    examples: [["npx chittyops db list -e prod", "every database of the catalog, also those not made yet"]],
    async action({ console, signal }, { all, deployed }) {
      const rows = await Promise.all(
        all.map(async (named) => {
          const found = deployed.find(({ key }) => key === named.key);
          return { database: named.key, ...(found ? await facts(found, signal) : { state: "not deployed" }) };
        }),
      );
      console.result(rows, () => table(head, rows.map(shown)));
      return undefined;
    },
  });
}

const head = ["DATABASE", "PROJECT", "BRANCHES", "SIZE", "COMPUTE", "MIGRATIONS"];

interface Row {
  database: string;
  state: string;
  project?: string;
  branches?: number;
  bytes?: number | undefined;
  migrations?: { applied: number; pending: number } | { problem: string } | undefined;
}

async function facts(database: DeployedDatabase, signal: AbortSignal): Promise<Omit<Row, "database">> {
  const { neon, outputs } = database;
  const branches = await neon.branches();
  // Asked before anybody connects, which wakes it.
  const endpoint = await neon.endpointOf(outputs.branchId);
  return {
    project: neon.id,
    branches: branches.length,
    bytes: await neon.bytes(outputs.branchId),
    state: endpoint?.current_state ?? "no compute",
    migrations: await migrationsOf(database, signal),
  };
}

async function migrationsOf(database: DeployedDatabase, signal: AbortSignal): Promise<Row["migrations"]> {
  const folder = migrationsFolder(database);
  if (folder === undefined) return undefined;
  try {
    const { applied, pending } = await status(connectionTo(database.outputs.ownerUri), folder, signal);
    return { applied: applied.length, pending: pending.length };
  } catch (error) {
    if (error instanceof MigrationError || error instanceof ConnectionFailed) return { problem: error.message };
    throw error;
  }
}

function shown({ database, state, project = "", branches, bytes, migrations }: Row): string[] {
  const told =
    migrations === undefined
      ? project === ""
        ? ""
        : "its own"
      : "problem" in migrations
        ? (migrations.problem.split("\n")[0] ?? "")
        : `${migrations.applied} applied, ${migrations.pending} pending`;
  return [database, project, String(branches ?? ""), bytes === undefined ? "" : shownBytes(bytes), state, told];
}
