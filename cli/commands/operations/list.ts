import type { Command } from "commander";
import { type OperationPage, operationPage } from "../../../contracts/ops-operations.ts";
import { defineCommand } from "../../command.ts";
import { planeFor, query } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show operations, the newest first, and what each is at",
    examples: [["npx chittyops operations list -e prod --watch", "as they go from step to step"]],
    configure: (command) =>
      watchOption(environmentOption(command)).option("--after <id>", "those before this one: the next page"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const path = `/api/v1/operations${query({ after: stringOption(options, "after") })}`;
      return looking(session, options, () => plane.get(path, operationPage), shown);
    },
  });
}

function shown({ operations, next }: OperationPage): string {
  const rows = operations.map(({ id, state, step, stack, services, startedAt, history }) =>
    [id, state, step, stack, services.join(","), startedAt, history.at(-1)?.text ?? ""].map(plainText),
  );
  if (rows.length === 0) return "No operation.";
  const more = next === undefined ? "" : `\nMore with --after ${next}`;
  return `${table(["ID", "STATE", "STEP", "STACK", "SERVICES", "STARTED", "LAST"], rows)}${more}`;
}
