import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { DatabaseError } from "pg";
import { withConnection } from "../../../database/connect.ts";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { migrate } from "../../../database/migrations/migrate.ts";
import { applyPush, PushRefused } from "../../../database/schema/apply-push.ts";
import { diffSchemas } from "../../../database/schema/diff-schemas.ts";
import { type PushPlan, planPush } from "../../../database/schema/plan-push.ts";
import { renderDiff } from "../../../database/schema/render-diff.ts";
import type { SchemaDescription } from "../../../database/schema/schema-object.ts";
import { openBackupStore } from "../../database/backup-store.ts";
import type { DeployedDatabase } from "../../database/open-databases.ts";
import { describeAt } from "../../database/schemas.ts";
import { withScratch } from "../../database/scratch-branch.ts";
import { exitCode } from "../../exit-code.ts";
import { flag, yesOption } from "../../options.ts";
import { confirm } from "../../output/confirm.ts";
import type { Session } from "../../session.ts";
import { UserError } from "../../user-error.ts";
import { databaseArgument, databaseHelp, defineDbCommand } from "./define-db-command.ts";
import { migratable } from "./migrate.ts";

export function pushCommand(): Command {
  return defineDbCommand({
    name: "push",
    summary: "Make a schema what a file says, after a backup; never loses what is not named",
    description:
      "Applies a schema to a scratch branch, shows how the database differs from it, backs the database up and changes it in one transaction. What would lose data is refused unless each lost thing is named with --lose. For trying things out: what is to stay belongs in a migration.",
    examples: [
      ["npx chittyops db push finance schema.sql", "as the statements of the file make it"],
      [
        "npx chittyops db push finance migrations --lose public.ledger.note",
        "as the migrations make it, without that column",
      ],
    ],
    configure: (command) =>
      yesOption(
        command
          .argument(databaseArgument, databaseHelp)
          .argument("<schema>", "a file of SQL that makes the whole schema, or `migrations`: the catalog's folder")
          .option("--lose <thing>", "may be lost, as the difference names it; once for each", collect, []),
      ),
    async action(session, databases, options, [name = "", source = ""]) {
      const { console, signal } = session;
      const database = databases.deployedOne(name);
      const { key, outputs } = database;
      const make =
        source === "migrations" ? fromMigrations(migratable(databases, key)[0]?.folder, signal) : fromFile(source);
      const step = console.phase("Applying the schema to a scratch branch");
      const wanted = await wantedSchema(session, database, make);
      step.done();
      const before = await describeAt(outputs.ownerUri, database);
      const differences = diffSchemas(before, wanted);
      const plan = planPush(before, wanted);
      const result = { database: key, differences };
      if (differences.length === 0) {
        console.result({ ...result, pushed: false }, () => `${key} is as ${source} says.`);
        return undefined;
      }
      console.note(renderDiff(differences).trimEnd());
      const mayLose = (options.lose ?? []) as string[];
      requireNamed(plan, mayLose);
      const consequence = `This changes the schema of ${key} in ${databases.environment}.`;
      await confirm(console, { consequence, word: key, yes: flag(options, "yes") });
      const store = await openBackupStore(session, databases);
      const backing = console.phase("Backing up");
      const { manifest } = await store.create(database, (line) => backing.update(line));
      backing.done(manifest.id);
      await withConnection(outputs.ownerUri, { applicationName: "chittyops push", signal }, (client) =>
        applyPush(client, plan, mayLose),
      ).catch((error: unknown) => {
        throw refusedByPostgres(error, "Postgres refused the change, and nothing of it was kept");
      });
      const left = diffSchemas(await describeAt(outputs.ownerUri, database), wanted);
      console.result(
        { ...result, pushed: true, backup: manifest.id, left },
        () =>
          `${key} is as ${source} says${left.length > 0 ? `, but for:\n${renderDiff(left)}` : "."}\nThe backup before it is ${manifest.id}; to go back: npx chittyops db restore ${key} ${manifest.id}`,
      );
      return left.length > 0 ? exitCode.failed : exitCode.ok;
    },
  });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** Makes the wanted schema in an empty database. */
type MakeSchema = (uri: string) => Promise<void>;

function fromMigrations(folder: string | undefined, signal: AbortSignal): MakeSchema {
  return async (uri) => {
    if (folder === undefined) return;
    const connection = connectionTo(uri);
    await migrate({ connection, folder, phase: "contract", contractAllowed: { ok: true }, signal });
  };
}

function fromFile(path: string): MakeSchema {
  let sql: string;
  try {
    sql = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      expected: "a file of SQL that makes the whole schema, or the word migrations",
      exitCode: exitCode.usage,
      cause: error,
    });
  }
  return async (uri) => {
    await withConnection(uri, { applicationName: "chittyops push" }, (client) => client.query(sql)).catch(
      (error: unknown) => {
        throw refusedByPostgres(error, `${path} does not make a schema; the database was not touched`, sql);
      },
    );
  };
}

function wantedSchema(session: Session, database: DeployedDatabase, make: MakeSchema): Promise<SchemaDescription> {
  return withScratch(session, database, "push", async ({ uri }) => {
    await make(uri);
    return describeAt(uri, database);
  });
}

/** @throws UserError before anything is backed up or changed */
function requireNamed({ statements, unsupported }: PushPlan, mayLose: readonly string[]): void {
  const losses = [...new Set(statements.flatMap(({ loses }) => loses ?? []))];
  const unknown = mayLose.filter((name) => !losses.includes(name));
  if (unknown.length > 0) {
    throw new UserError(`Nothing of this push loses ${unknown.join(", ")}.`, {
      expected: losses.length > 0 ? `of ${losses.join(", ")}` : "no --lose: nothing is lost",
      exitCode: exitCode.usage,
    });
  }
  const unnamed = losses.filter((name) => !mayLose.includes(name));
  if (unnamed.length === 0 && unsupported.length === 0) return;
  const refused = new PushRefused(unnamed, unsupported);
  throw new UserError("The schema was not changed.", {
    details: [
      ...unnamed.map((name) => `${name} would be lost`),
      ...unsupported.map((problem) => `${problem}: a push cannot do that, write a migration`),
    ],
    ...(unnamed.length > 0 && {
      remedy: `if that is meant, add ${unnamed.map((name) => `--lose '${name}'`).join(" ")}`,
    }),
    cause: refused,
  });
}

function refusedByPostgres(error: unknown, found: string, sql?: string): unknown {
  const refusal = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  if (!(refusal instanceof DatabaseError)) return error;
  const { position, code, message } = refusal;
  const line =
    sql !== undefined && position !== undefined ? sql.slice(0, Number(position) - 1).split("\n").length : undefined;
  const said = error instanceof Error ? error.message : message;
  return new UserError(`${found}: ${said}${line === undefined ? "" : `, in line ${line}`} (${code ?? "no code"}).`, {
    cause: error,
  });
}
