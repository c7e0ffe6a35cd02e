import type { Command } from "commander";
import { z } from "zod";
import { subscription } from "../../../contracts/ops-events.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { webhookSecretOf } from "../../ops/webhook-secret.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";

const path = "/api/v1/subscriptions";

export function subscriptionsCommand(): Command {
  return defineCommand({
    name: "subscriptions",
    summary: "Show who is told of which events, and whether they arrive",
    examples: [["npx chittyops events subscriptions -e prod --watch", "what waits, and what does not arrive"]],
    configure: (command) => watchOption(environmentOption(command)),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const look = async () => (await plane.get(path, z.object({ endpoints: z.array(subscription) }))).endpoints;
      return looking(session, options, look, (all) =>
        table(
          ["NAME", "TO", "TOPICS", "STATE", "WAITING", "DELIVERED", "DEAD", "LAST"],
          all.map(({ id, target, topics, state, waiting, delivered, dead, lastOutcome = "" }) =>
            [
              id,
              target.address,
              topics.join(","),
              state,
              String(waiting),
              String(delivered),
              String(dead),
              lastOutcome,
            ].map(plainText),
          ),
        ),
      );
    },
  });
}

export function subscribeCommand(): Command {
  return defineCommand({
    name: "subscribe",
    summary: "Have events sent to an address, as Standard Webhooks",
    description:
      "Each event of the topics is sent as a CloudEvent in JSON, signed with the secret in CHITTYOPS_WEBHOOK_SECRET, or with a new one that is printed once.",
    examples: [
      ["npx chittyops events subscribe books https://books.example/hook --topic cc.chitty.finance", "from now on"],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<name>", "what it is called")
        .argument("<url>", "where events are sent to")
        .requiredOption("--topic <type...>", "types, or their first parts")
        .option("--family <family>", "only events of this family"),
    async action(session, options, [name = "", url = ""]) {
      const plane = await planeFor(session, options);
      const { secret, made } = webhookSecretOf();
      const family = stringOption(options, "family");
      const body = { name, url, topics: options.topic, secret, ...(family !== undefined && { family }) };
      const added = await plane.send("POST", path, body, subscription);
      session.console.result({ ...added, ...(made && { secret }) }, () =>
        made
          ? `${name} is told from now on. It verifies what comes with this secret, shown once:\n${secret}`
          : `${name} is told from now on.`,
      );
      return undefined;
    },
  });
}
