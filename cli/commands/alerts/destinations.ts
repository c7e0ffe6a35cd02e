import type { Command } from "commander";
import { z } from "zod";
import { endpointReport } from "../../../contracts/ops-deliveries.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { looking, watchOption } from "../../ops/watch.ts";
import { webhookSecretOf } from "../../ops/webhook-secret.ts";
import { environmentOption, stringOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";
import { UserError } from "../../user-error.ts";

const path = "/api/v1/alerts/destinations";

export function destinationsCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show who can be told, and whether alerts arrive",
    examples: [["npx chittyops alerts destinations list -e prod", "without what is secret of them"]],
    configure: (command) => watchOption(environmentOption(command)),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const look = async () => (await plane.get(path, z.object({ endpoints: z.array(endpointReport) }))).endpoints;
      return looking(session, options, look, (all) =>
        table(
          ["NAME", "KIND", "TO", "FAMILY", "STATE", "WAITING", "DELIVERED", "DEAD", "LAST"],
          all.map(({ id, target, state, waiting, delivered, dead, lastOutcome = "" }) =>
            [
              id,
              target.kind,
              target.address,
              target.family ?? "all",
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

export function addDestinationCommand(): Command {
  return defineCommand({
    name: "add",
    summary: "Add somebody who can be told",
    description:
      "What is secret comes from the environment, so that it is on no command line: CHITTYOPS_WEBHOOK_SECRET of a webhook (or a new one is made and printed once), SLACK_WEBHOOK_URL, PAGERDUTY_ROUTING_KEY, RESEND_API_KEY.",
    examples: [
      ["npx chittyops alerts destinations add webhook on-call --url https://pager.example/hook", "signed"],
      ["PAGERDUTY_ROUTING_KEY=… npx chittyops alerts destinations add pagerduty night", "Events API v2"],
      ["npx chittyops alerts destinations add email desk --from ops@chitty.cc --to ann@chitty.cc", "by Resend"],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<kind>", "webhook, slack, pagerduty, email")
        .argument("<name>", "what it is called")
        .option("--url <url>", "of a webhook; of others where theirs is not the usual one")
        .option("--family <family>", "is told of this family's incidents only")
        .option("--from <address>", "of e-mail")
        .option("--to <address...>", "of e-mail"),
    async action(session, options, [kind = "", name = ""]) {
      const plane = await planeFor(session, options);
      const [url, family] = [stringOption(options, "url"), stringOption(options, "family")];
      const { webhook, fields = {} } = secretsOf(kind);
      for (const hidden of Object.values(fields)) session.console.redactor.learn(hidden);
      const body = {
        kind,
        name,
        ...(url !== undefined && { url }),
        ...(family !== undefined && { family }),
        ...(kind === "email" && { from: options.from, to: options.to }),
        ...fields,
        ...(webhook !== undefined && { secret: webhook.secret }),
      };
      const added = await plane.send("POST", path, body, endpointReport);
      const made = webhook?.made === true ? webhook.secret : undefined;
      session.console.result({ ...added, ...(made !== undefined && { secret: made }) }, () =>
        made === undefined
          ? `${name} can be told.`
          : `${name} can be told. It verifies what comes with this secret, shown once:\n${made}`,
      );
      return undefined;
    },
  });
}

interface Secrets {
  /** Of a webhook. */
  webhook?: ReturnType<typeof webhookSecretOf>;
  /** Of the others: fields of what is sent to the plane. */
  fields?: Record<string, string>;
}

function secretsOf(kind: string): Secrets {
  switch (kind) {
    case "webhook":
      return { webhook: webhookSecretOf() };
    case "slack":
      return { fields: { url: fromEnvironment("SLACK_WEBHOOK_URL") } };
    case "pagerduty":
      return { fields: { routingKey: fromEnvironment("PAGERDUTY_ROUTING_KEY") } };
    case "email":
      return { fields: { apiKey: fromEnvironment("RESEND_API_KEY") } };
    default:
      throw new UserError(`There is no kind of destination ${kind}.`, {
        expected: "webhook, slack, pagerduty or email",
      });
  }
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new UserError(`${name} is not set.`, { remedy: `export ${name}=…` });
}
