import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { rollout, rolloutRequest } from "../../../contracts/ops-rollouts.ts";
import { defineCommand } from "../../command.ts";
import { stackTarget } from "../../engine/stack-target.ts";
import { exitCode } from "../../exit-code.ts";
import { planeOf } from "../../ops/plane-client.ts";
import { rolloutTable } from "../../ops/rollout-table.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { UserError } from "../../user-error.ts";

const snippet = `{
  "service": "lite-child",
  "kind": "configuration",
  "content": { "requestsPerDay": 5000 },
  "waves": [{ "families": ["chitty-apps"], "percent": 5 }, { "percent": 100 }]
}`;

export function startCommand(): Command {
  return defineCommand({
    name: "start",
    summary: "Offer a configuration or a security update to children, wave by wave",
    description: `Starts a rollout that a file describes as JSON: what runs it, whether it is a configuration or an update, its content, and the waves by family and share. It takes the place of the one before. A file is for example:\n\n${snippet}`,
    examples: [["npx chittyops rollout start quota.json -e prod", "offers what quota.json says"]],
    configure: (command) => environmentOption(command).argument("<file>", "JSON, as described above"),
    async action(session, options, [file = ""]) {
      const { environment } = stackTarget(undefined, stringOption(options, "env"));
      const request = await readRequest(file);
      const plane = await planeOf(session, environment);
      const started = await plane.send("POST", "/api/v1/rollouts", request, rollout);
      session.console.result(started, () => rolloutTable([started]));
      return undefined;
    },
  });
}

/** @throws UserError with everything that is wrong with the file */
export async function readRequest(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw usage(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const parsed = rolloutRequest.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join(".") || "the file"}: ${message}`);
  throw usage(`${file} describes no rollout:\n${problems.join("\n")}`);
}

function usage(message: string): UserError {
  return new UserError(message, {
    expected: `a file like\n${snippet}`,
    remedy: "correct the file, and run the same command again",
    exitCode: exitCode.usage,
  });
}
