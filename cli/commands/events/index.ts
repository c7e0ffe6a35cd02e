import type { Command } from "commander";
import { defineGroup } from "../../command.ts";
import { deadLettersCommand, removeReceiverCommand, replayCommand, rotateSecretCommand } from "../../ops/receivers.ts";
import { listCommand } from "./list.ts";
import { publishCommand } from "./publish.ts";
import { subscribeCommand, subscriptionsCommand } from "./subscriptions.ts";

const receivers = { group: "events", path: "/api/v1/subscriptions", noun: "subscription" };

export function eventsCommand(): Command {
  return defineGroup("events", "What happened, who is told of it, and what did not arrive", [
    listCommand(),
    publishCommand(),
    subscriptionsCommand(),
    subscribeCommand(),
    removeReceiverCommand(receivers, "events unsubscribe"),
    rotateSecretCommand(receivers, "events rotate"),
    deadLettersCommand(receivers),
    replayCommand(receivers),
  ]);
}
