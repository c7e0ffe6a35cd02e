import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { deadLettersCommand, removeReceiverCommand, replayCommand, rotateSecretCommand } from "../../ops/receivers.ts";
import { addDestinationCommand, destinationsCommand } from "./destinations.ts";
import { heartbeatCommand } from "./heartbeat.ts";
import { removeRouteCommand, routesCommand, setRouteCommand } from "./routes.ts";
import { removeRuleCommand, rulesCommand, setRuleCommand } from "./rules.ts";
import { silenceCommand, silencesCommand, unsilenceCommand } from "./silences.ts";

const receivers = { group: "alerts", path: "/api/v1/alerts/destinations", noun: "destination" };

export function alertsCommand(): Command {
  return defineGroup("alerts", "Who is told of incidents, of which ones, and when nobody is", [
    defineGroup("destinations", "Who can be told", [
      destinationsCommand(),
      addDestinationCommand(),
      removeReceiverCommand(receivers, "alerts destinations remove"),
      rotateSecretCommand(receivers, "alerts destinations rotate"),
    ]),
    defineGroup("routes", "Which incidents are told to whom", [
      routesCommand(),
      setRouteCommand(),
      removeRouteCommand(),
    ]),
    defineGroup("rules", "Which events open incidents", [rulesCommand(), setRuleCommand(), removeRuleCommand()]),
    defineGroup("silences", "Of which incidents nobody is told for a while", [
      silencesCommand(),
      silenceCommand(),
      unsilenceCommand(),
    ]),
    heartbeatCommand(),
    deadLettersCommand(receivers),
    replayCommand(receivers),
  ]);
}
