import sdk from "@pulumi/command/package.json" with { type: "json" };
import type { ProviderDefinition } from "../kit/definition.ts";
import { localCommand, localRun } from "./resources.ts";

/** Stand-in for the local half of the official `command` plugin: same tokens, arguments and outputs. */
export const command: ProviderDefinition<undefined> = {
  name: "command",
  version: sdk.version,
  standIn: true,
  config: {},
  configure: () => undefined,
  resources: { "command:local:Command": localCommand },
  functions: { "command:local:run": localRun },
};
