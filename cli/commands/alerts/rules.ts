import type { Command } from "commander";
import { Option } from "commander";
import { z } from "zod";
import { eventRule } from "../../../contracts/ops-events.ts";
import { severities } from "../../../contracts/ops-incidents.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption } from "../../options.ts";
import { plainText } from "../../output/plain-text.ts";
import { table } from "../../output/table.ts";

const path = "/api/v1/alerts/rules";

export function rulesCommand(): Command {
  return defineCommand({
    name: "list",
    summary: "Show which events open incidents",
    examples: [["npx chittyops alerts rules list -e prod", "how many of what, within which time"]],
    configure: environmentOption,
    async action(session, options) {
      const plane = await planeFor(session, options);
      const { rules } = await plane.get(path, z.object({ rules: z.array(eventRule) }));
      session.console.result(rules, () =>
        table(
          ["NAME", "EVENTS", "WITHIN", "CLEARED BY", "SEVERITY", "FAMILY", "TITLE"],
          rules.map(({ name, topic, count, withinSeconds, clearTopic = "", incident }) =>
            [
              name,
              `${count} of ${topic}`,
              `${withinSeconds} s`,
              clearTopic,
              incident.severity,
              incident.family,
              incident.title,
            ].map(plainText),
          ),
        ),
      );
      return undefined;
    },
  });
}

export function setRuleCommand(): Command {
  return defineCommand({
    name: "set",
    summary: "Say which events open an incident; a rule of the same name is replaced",
    examples: [
      [
        "npx chittyops alerts rules set invoices --topic cc.chitty.finance.invoice.failed --count 3 --title 'Invoices fail' --family chittyos",
        "three of one subject within five minutes",
      ],
    ],
    configure: (command) =>
      environmentOption(command)
        .argument("<name>", "what it is called")
        .requiredOption("--topic <type>", "events of this type, or below it")
        .requiredOption("--title <text>", "of the incident")
        .requiredOption("--family <family>", "of the incident")
        .addOption(new Option("--severity <severity>", "of the incident").choices(severities).default("major"))
        .option("--count <number>", "how many of one subject", Number)
        .option("--within <seconds>", "within which time", Number)
        .option("--clear <type>", "an event of this type and the same subject says that all is right again")
        .option("--runbook <path>", "what to do: a path in docs/runbooks, or an address"),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      const { topic, count, within: withinSeconds, clear: clearTopic, title, severity, family, runbook } = options;
      const body = { name, topic, count, withinSeconds, clearTopic, incident: { title, severity, family, runbook } };
      const rule = await plane.send("POST", path, body, eventRule);
      session.console.result(rule, () => `${name}: ${rule.count} of ${rule.topic} within ${rule.withinSeconds} s.`);
      return undefined;
    },
  });
}

export function removeRuleCommand(): Command {
  return defineCommand({
    name: "remove",
    summary: "Remove a rule",
    examples: [["npx chittyops alerts rules remove invoices", "incidents that it opened stay"]],
    configure: (command) => environmentOption(command).argument("<name>", "which rule"),
    async action(session, options, [name = ""]) {
      const plane = await planeFor(session, options);
      await plane.send("DELETE", `${path}/${encodeURIComponent(name)}`, undefined, z.null());
      session.console.result({ removed: name }, () => `The rule ${name} is gone.`);
      return undefined;
    },
  });
}
