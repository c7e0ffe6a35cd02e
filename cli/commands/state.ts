import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { defineCommand, defineGroup } from "../command.ts";
import { copiesFolder } from "../engine/exclusively.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName, stackTarget } from "../engine/stack-target.ts";
import { importState } from "../engine/state.ts";
import { makeBackup, sealBackup, unsealBackup } from "../engine/state-backup.ts";
import { withStack } from "../engine/with-stack.ts";
import { exitCode } from "../exit-code.ts";
import { environmentOption, flag, stringOption, yesOption } from "../options.ts";
import { confirm } from "../output/confirm.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";

/** `chittyops state backup|restore`: what the engine knows about a stack, in a file with a checksum. */
export function stateCommand(): Command {
  return defineGroup("state", "Back up and restore what the engine knows about a stack", [backup(), restore()]);
}

function backup(): Command {
  return defineCommand({
    name: "backup",
    summary: "Write a stack's state to a file; its secrets stay encrypted",
    description:
      "Writes a stack's state with its configuration to a file with a checksum. Secrets stay encrypted; the passphrase is named, not held: keep it elsewhere.",
    examples: [["npx chittyops state backup prod.json -e prod", "refuses to overwrite a file"]],
    configure: (command) =>
      environmentOption(command.argument("[file]", "where to; by default below the ChittyOps home")),
    async action(session, options, [given]) {
      const target = stackTarget(undefined, stringOption(options, "env"));
      const file = given === undefined ? undefined : resolve(given);
      if (file !== undefined && existsSync(file)) {
        throw new UserError(`${file} exists already.`, { remedy: "name another file", exitCode: exitCode.usage });
      }
      const written = await withStack(session, { command: "state backup", target, yes: false }, (ready) =>
        writeBackup(ready, file),
      );
      session.console.result({ file: written }, () => `The state of ${stackName(target)} is in ${written}.`);
      return undefined;
    },
  });
}

function restore(): Command {
  return defineCommand({
    name: "restore",
    summary: "Put a backed-up state in the place of a stack's state",
    description:
      "Puts a backed-up state in the place of a stack's state; the present one is backed up first. Resources are not touched: `drift` shows how they differ afterwards.",
    examples: [["npx chittyops state restore prod.json -e prod", "asks for the stack's name first"]],
    configure: (command) =>
      yesOption(environmentOption(command.argument("<file>", "a file that `state backup` wrote"))),
    async action(session, options, [given = ""]) {
      const target = stackTarget(undefined, stringOption(options, "env"));
      const file = resolve(given);
      const sealed = unsealBackup(readText(file), file, target);
      const yes = flag(options, "yes");
      const consequence = `This replaces the state of ${stackName(target)} by that of ${sealed.at}.`;
      await confirm(session.console, { consequence, word: stackName(target), yes });
      const kept = await withStack(session, { command: "state restore", target, yes }, (ready, run) =>
        replaceState(session, ready, async () => {
          run.begin();
          await importState(ready, sealed.state);
          run.finish();
        }),
      );
      session.console.result({ restored: file, kept }, () => `Restored ${file}; the state before it is in ${kept}.`);
      return undefined;
    },
  });
}

async function replaceState(session: Session, ready: ReadyStack, replace: () => Promise<void>): Promise<string> {
  const kept = await writeBackup(ready, undefined);
  const phase = session.console.phase("Restoring the state");
  await replace();
  phase.done();
  return kept;
}

async function writeBackup(ready: ReadyStack, file: string | undefined): Promise<string> {
  const now = new Date();
  const { project, stack } = ready.target;
  const path =
    file ?? join(copiesFolder(), `${project}-${stack}.${now.toISOString().replaceAll(":", "-")}.backup.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, sealBackup(await makeBackup(ready, now)), { mode: 0o600, flag: "wx" });
  return path;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      remedy: "name a file that `npx chittyops state backup` wrote",
      exitCode: exitCode.usage,
      cause: error,
    });
  }
}
