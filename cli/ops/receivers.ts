import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { deadLetterPage, endpointReport } from "../../contracts/ops-deliveries.ts";
import { defineCommand } from "../command.ts";
import { spanSeconds } from "../database/span.ts";
import { environmentOption, flag, yesOption } from "../options.ts";
import { confirm } from "../output/confirm.ts";
import { plainText } from "../output/plain-text.ts";
import { table } from "../output/table.ts";
import { planeFor, query } from "./plane-for.ts";
import { webhookSecretOf } from "./webhook-secret.ts";

export interface Receivers {
  /** Of commands, e.g. `events`. */
  group: string;
  /** Of the plane's API. */
  path: string;
  noun: string;
}

/** What did not arrive at one of several receivers. */
export function deadLettersCommand({ group, path, noun }: Receivers): Command {
  return defineCommand({
    name: "dead-letters",
    summary: `Show what a ${noun} did not take`,
    examples: [[`npx chittyops ${group} dead-letters books`, "what, how often it was tried, and why not"]],
    configure: (command) =>
      environmentOption(command)
        .argument("<name>", `which ${noun}`)
        .option("--after <id>", "the next page", wholeNumber),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      const after = options.after as number | undefined;
      const page = await plane.get(
        `${path}/${encodeURIComponent(name)}/dead-letters${query({ after })}`,
        deadLetterPage,
      );
      session.console.result(page, () => {
        const rows = page.deadLetters.map(({ id, at, what, attempts, outcome }) =>
          [String(id), at, what, String(attempts), outcome].map(plainText),
        );
        const more = page.next === undefined ? "" : `\nMore with --after ${page.next}`;
        return rows.length === 0 ? "None." : `${table(["ID", "AT", "WHAT", "ATTEMPTS", "LAST"], rows)}${more}`;
      });
      return undefined;
    },
  });
}

/** Sends dead letters again; a receiver that was disabled is enabled first when told so. */
export function replayCommand({ group, path, noun }: Receivers): Command {
  return defineCommand({
    name: "replay",
    summary: `Send a ${noun} its dead letters again`,
    examples: [
      [`npx chittyops ${group} replay books --enable`, "all of them, after it was disabled"],
      [`npx chittyops ${group} replay books --id 17`, "one of them"],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<name>", `which ${noun}`)
        .option("--id <id>", "only this dead letter", wholeNumber)
        .option("--enable", "it was disabled, and is good again"),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      const of = `${path}/${encodeURIComponent(name)}`;
      if (flag(options, "enable")) await plane.send("POST", `${of}/enable`, undefined, z.looseObject({}));
      const body = options.id === undefined ? {} : { id: options.id };
      const found = await plane.send("POST", `${of}/dead-letters/replay`, body, z.object({ replayed: z.int() }));
      session.console.result(found, () => `${found.replayed} are on their way again.`);
      return undefined;
    },
  });
}

/** @param typed the whole command, e.g. `events unsubscribe` */
export function removeReceiverCommand({ path, noun }: Receivers, typed: string): Command {
  return defineCommand({
    name: lastWordOf(typed),
    summary: `Remove a ${noun}`,
    examples: [[`npx chittyops ${typed} books`, "what waits for it, and its dead letters, are forgotten"]],
    configure: (command) => yesOption(environmentOption(command).argument("<name>", `which ${noun}`)),
    async action(session, options, [name = ""]) {
      const consequence = `This forgets the ${noun} ${name}, what waits for it and its dead letters.`;
      await confirm(session.console, { consequence, word: name, yes: flag(options, "yes") });
      const plane = await planeFor(session, options);
      await plane.send("DELETE", `${path}/${encodeURIComponent(name)}`, undefined, z.null());
      session.console.result({ removed: name }, () => `${name} is told no more.`);
      return undefined;
    },
  });
}

/** @param typed the whole command, e.g. `events rotate` */
export function rotateSecretCommand({ path, noun }: Receivers, typed: string): Command {
  return defineCommand({
    name: lastWordOf(typed),
    summary: `Sign what a ${noun} gets with a new secret, and for a while with the one before as well`,
    description:
      "The new secret comes from CHITTYOPS_WEBHOOK_SECRET, or one is made and printed once. Each message carries a signature by both until the receiver has changed over.",
    examples: [
      [`npx chittyops ${typed} books`, "both are good for a day"],
      [`npx chittyops ${typed} books --no-overlap`, "the one before leaked: it signs nothing more"],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<name>", `which ${noun}`)
        .option("--overlap <time>", "how long the one before signs along, up to 7d", "1d")
        .option("--no-overlap", "it does not"),
    async action(session, options, [name = ""]) {
      const overlapSeconds = options.overlap === false ? 0 : spanSeconds(String(options.overlap), "--overlap");
      const plane = await planeFor(session, options);
      const { secret, made } = webhookSecretOf();
      if (!made) session.console.redactor.learn(secret);
      const body = { secret, overlapSeconds };
      const rotated = await plane.send("POST", `${path}/${encodeURIComponent(name)}/secret`, body, endpointReport);
      const until = overlapSeconds === 0 ? "The one before signs no more." : "The one before signs along for a while.";
      session.console.result({ ...rotated, ...(made && { secret }) }, () =>
        made
          ? `${name} verifies what comes with this secret, shown once:\n${secret}\n${until}`
          : `${name} verifies what comes with the new secret. ${until}`,
      );
      return undefined;
    },
  });
}

const lastWordOf = (typed: string): string => typed.slice(typed.lastIndexOf(" ") + 1);

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("Expected a whole number.");
}
