import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { changeSummary } from "../engine/change-summary.ts";
import { deploy } from "../engine/deploy.ts";
import { stackTarget } from "../engine/stack-target.ts";
import { withStack } from "../engine/with-stack.ts";
import { exitCode } from "../exit-code.ts";
import { estateStatus, showStatus } from "./status.ts";

export function startCommand(): Command {
  return defineCommand({
    name: "start",
    summary: "Run the whole core estate on an embedded cloud",
    description:
      "Sets up what is missing, starts the embedded cloud, brings the core stack to what the program says and shows every service with its URL and health. The embedded cloud goes on running: `npx chittyops local stop` ends it.",
    examples: [["npm start", "the same, and the dependencies are installed first"]],
    async action(session) {
      const target = stackTarget();
      // Its stack and its cloud are ours alone: what a dead process left there is removed without a question, and it is said.
      const logs = await withStack(session, { command: "start", target, yes: true }, (ready, run) =>
        deploy(session, ready, run, "Core stack"),
      );
      const services = await estateStatus(session, target);
      session.console.result({ ...changeSummary(logs), services }, () =>
        showStatus(session.console, services, Date.now()),
      );
      return services.every(({ health }) => health === "ok" || health === "runs nowhere")
        ? exitCode.ok
        : exitCode.failed;
    },
  });
}
