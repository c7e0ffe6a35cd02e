import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { eventPage, type StoredEvent } from "../../../contracts/ops-events.ts";
import { defineCommand } from "../../command.ts";
import { planeFor, query } from "../../ops/plane-for.ts";
import { environmentOption, flag, stringOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";

/** Milliseconds between two looks. */
const everyMilliseconds = 2_000;
const pageSize = 500;

export function listCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show the last events",
    examples: [
      ["npx chittyops events list -e prod --topic cc.chitty.incident", "what happened to incidents"],
      ["npx chittyops events list --watch --json", "each new event, a line of JSON each"],
    ],
    configure: (command) =>
      environmentOption(command)
        .option("--topic <type>", "of this type, or below it")
        .option("-n, --last <count>", "how many, 1 to 500", countOf, 20)
        .option("-w, --watch", "go on, and show what comes"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const topic = stringOption(options, "topic");
      const read = (range: { before?: number; after?: number; limit: number }) =>
        plane.get(`/api/v1/events${query({ topic, ...range })}`, eventPage);
      const { events } = await read({ before: Number.MAX_SAFE_INTEGER, limit: Number(options.last) });
      events.reverse();
      if (!flag(options, "watch")) {
        session.console.result(events, () => table(["", "STORED", "TYPE", "SUBJECT", "SOURCE"], events.map(rowOf)));
        return undefined;
      }
      const show = (some: readonly StoredEvent[]) =>
        session.console.raw(
          some.map((one) => `${session.console.json ? JSON.stringify(one) : rowOf(one).join("  ")}\n`).join(""),
        );
      show(events);
      for (let after = events.at(-1)?.sequence ?? 0; ; ) {
        await setTimeout(everyMilliseconds, undefined, { signal: session.signal });
        const page = await read({ after, limit: pageSize });
        show(page.events);
        after = page.events.at(-1)?.sequence ?? after;
      }
    },
  });
}

function rowOf({ sequence, storedAt, event: { type, subject = "", source } }: StoredEvent): string[] {
  return [String(sequence), storedAt, type, subject, source].map(plainText);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1 && count <= 500) return count;
  throw new InvalidArgumentError("Expected a whole number from 1 to 500.");
}
