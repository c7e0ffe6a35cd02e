import type { Branch } from "@neondatabase/api-client";
import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import type { Databases, DeployedDatabase } from "../../database/open-databases.ts";
import { spanSeconds } from "../../database/span.ts";
import { exitCode } from "../../exit-code.ts";
import { flag, stringOption, yesOption } from "../../options.ts";
import { shownBytes } from "../../output/bytes.ts";
import { confirm } from "../../output/confirm.ts";
import { table } from "../../output/table.ts";
import { UserError } from "../../user-error.ts";
import { databaseArgument, databaseHelp, defineDbCommand } from "./define-db-command.ts";

export function branchCommand(): Command {
  return defineGroup("branch", "Branches of a database, for previews and for trying things out", [
    create(),
    list(),
    remove(),
    reset(),
  ]);
}

function create(): Command {
  return defineDbCommand({
    name: "create",
    summary: "Make a branch, with the data of another one",
    examples: [
      ["npx chittyops db branch create finance preview-7 --expires 7d", "with the data of now, gone in a week"],
      [
        "npx chittyops db branch create finance before --at 2026-11-20T09:30:00Z",
        "with the data of then, as far back as the history reaches",
      ],
    ],
    configure: (command) =>
      named(command)
        .option("--from <branch>", "whose data it gets; by default the one services use")
        .option("--at <moment>", "the data of then, ISO 8601")
        .option("--expires <time>", "when it ends by itself, e.g. 7d; at most 30d")
        .option("--schema-only", "without the rows"),
    async action({ console }, databases, options, [name, branchName = ""]) {
      const database = deployed(databases, name);
      const from = await database.neon.branch(stringOption(options, "from") ?? database.outputs.branchId);
      const expires = stringOption(options, "expires");
      const step = console.phase(`Making branch ${branchName}`);
      const branch = await database.neon.create({
        name: branchName,
        parentId: from.id,
        at: momentOf(stringOption(options, "at")),
        expiresAt: expires && new Date(Date.now() + spanSeconds(expires, "--expires") * 1000).toISOString(),
        schemaOnly: flag(options, "schemaOnly"),
      });
      step.done(branch.id);
      console.result(
        shownBranch(branch, database),
        () => `${branchName} is there. Look into it: npx chittyops db psql ${database.key} --branch ${branchName}`,
      );
      return undefined;
    },
  });
}

function list(): Command {
  return defineDbCommand({
    name: "list",
    summary: "List the branches of a database",
    examples: [["npx chittyops db branch list finance", "with their age, size and end"]],
    configure: (command) => command.argument(databaseArgument, databaseHelp),
    async action({ console }, databases, _options, [name]) {
      const database = deployed(databases, name);
      const rows = (await database.neon.branches()).map((branch) => shownBranch(branch, database));
      console.result(rows, () =>
        table(
          ["BRANCH", "ID", "STATE", "SIZE", "CREATED", "ENDS", ""],
          rows.map((row) => [
            row.name,
            row.id,
            row.state,
            row.bytes === undefined ? "" : shownBytes(row.bytes),
            row.createdAt,
            row.expiresAt ?? "",
            [row.services && "used by services", row.protected && "protected"].filter(Boolean).join(", "),
          ]),
        ),
      );
      return undefined;
    },
  });
}

function remove(): Command {
  return defineDbCommand({
    name: "delete",
    summary: "Delete a branch with its data",
    examples: [["npx chittyops db branch delete finance preview-7", "asks for its name first"]],
    configure: (command) => yesOption(named(command)),
    async action({ console }, databases, options, [name, branchName = ""]) {
      const database = deployed(databases, name);
      const branch = await own(database, branchName, "deleted");
      const children = (await database.neon.branches()).filter(({ parent_id }) => parent_id === branch.id);
      if (children.length > 0) {
        throw new UserError(
          `${branch.name} is the parent of ${children.map((child) => child.name).join(", ")}, which need its data.`,
          {
            expected: "a branch without children",
          },
        );
      }
      const consequence = `This deletes the branch ${branch.name} of ${database.key} with its data.`;
      await confirm(console, { consequence, word: branch.name, yes: flag(options, "yes") });
      await database.neon.remove(branch);
      console.result({ deleted: branch.name }, () => `${branch.name} is deleted.`);
      return undefined;
    },
  });
}

function reset(): Command {
  return defineDbCommand({
    name: "reset",
    summary: "Give a branch the data that its parent has now",
    examples: [
      ["npx chittyops db branch reset finance preview-7", "asks for its name first; its connection URIs stay"],
    ],
    configure: (command) => yesOption(named(command)),
    async action({ console }, databases, options, [name, branchName = ""]) {
      const database = deployed(databases, name);
      const branch = await own(database, branchName, "reset");
      if (branch.parent_id === undefined) {
        throw new UserError(`${branch.name} has no parent whose data it could get.`, { exitCode: exitCode.usage });
      }
      const parent = await database.neon.branch(branch.parent_id);
      const consequence = `This replaces the data of the branch ${branch.name} of ${database.key} by that of ${parent.name}.`;
      await confirm(console, { consequence, word: branch.name, yes: flag(options, "yes") });
      const step = console.phase(`Resetting ${branch.name}`);
      await database.neon.replaceData(branch, parent, undefined);
      step.done();
      console.result({ reset: branch.name, to: parent.name }, () => `${branch.name} has the data of ${parent.name}.`);
      return undefined;
    },
  });
}

function named(command: Command): Command {
  return command.argument(databaseArgument, databaseHelp).argument("<branch>", "name of the branch");
}

function deployed(databases: Databases, name = ""): DeployedDatabase {
  return databases.deployedOne(name);
}

/** A branch that is nobody else's. @throws UserError for the one that services use, and for a protected one */
async function own(database: DeployedDatabase, name: string, what: string): Promise<Branch> {
  const branch = await database.neon.branch(name);
  const used = branch.default || branch.id === database.outputs.branchId;
  if (!used && !branch.protected) return branch;
  throw new UserError(`${branch.name} is ${used ? "the branch that services use" : "protected"}; it is not ${what}.`, {
    expected: "another branch",
    exitCode: exitCode.usage,
  });
}

function momentOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new UserError(`--at ${JSON.stringify(text)} is no moment.`, {
    expected: "a time such as 2026-11-20T09:30:00Z",
    exitCode: exitCode.usage,
  });
}

function shownBranch(branch: Branch, { outputs }: DeployedDatabase) {
  return {
    name: branch.name,
    id: branch.id,
    state: String(branch.current_state),
    bytes: branch.logical_size,
    createdAt: branch.created_at,
    expiresAt: branch.expires_at,
    parentId: branch.parent_id,
    services: branch.id === outputs.branchId,
    protected: branch.protected,
  };
}
