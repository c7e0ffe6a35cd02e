import type { Command } from "commander";
import { z } from "zod";
import { heartbeat } from "../../../contracts/ops-alerts.ts";
import { defineCommand } from "../../command.ts";
import { planeFor } from "../../ops/plane-for.ts";
import { environmentOption, flag } from "../../options.ts";
import { UserError } from "../../user-error.ts";

const path = "/api/v1/alerts/heartbeat";

export function heartbeatCommand(): Command {
  return defineCommand({
    name: "heartbeat",
    summary: "The outside switch that calls for help when it does not hear from the plane",
    description:
      "Shows it, or names it: its address comes from CHITTYOPS_HEARTBEAT_URL, since whoever knows it can keep it quiet. It hears from the plane only while alerts reach everybody they are for.",
    examples: [
      ["npx chittyops alerts heartbeat", "how it stands"],
      ["CHITTYOPS_HEARTBEAT_URL=https://… npx chittyops alerts heartbeat --set --every 60", "every minute from now on"],
    ],
    configure: (command) =>
      environmentOption(command)
        .option("--set", "name it")
        .option("--every <seconds>", "how often it hears from the plane", Number)
        .option("--none", "there is none any more"),
    async action(session, options) {
      const plane = await planeFor(session, options);
      const answer = z.object({ heartbeat: heartbeat.nullable() });
      const changed = flag(options, "set") || options.none === true;
      const given = flag(options, "set") ? { url: address(), everySeconds: options.every } : null;
      const found = changed
        ? await plane.send("PUT", path, { heartbeat: given }, answer)
        : await plane.get(path, answer);
      session.console.result(found.heartbeat, () => {
        if (found.heartbeat === null) return "There is no outside switch: nobody calls when the plane itself is down.";
        const { address: at, everySeconds, held, lastAt, lastOutcome } = found.heartbeat;
        const last = held ?? (lastAt === undefined ? "not told yet" : `${lastOutcome} at ${lastAt}`);
        return `${at} every ${everySeconds} s: ${last}`;
      });
      return undefined;
    },
  });
}

function address(): string {
  const url = process.env.CHITTYOPS_HEARTBEAT_URL;
  if (url) return url;
  throw new UserError("CHITTYOPS_HEARTBEAT_URL is not set.", { remedy: "export CHITTYOPS_HEARTBEAT_URL=https://…" });
}
