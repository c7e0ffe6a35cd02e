import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { localAdmin } from "../../../local/cloud/client.ts";
import { chittyopsHome } from "../../../local/engine/home.ts";
import { defineCommand } from "../../command.ts";
import { duration } from "../../output/duration.ts";

const time = z.object({ now: z.string(), aheadMilliseconds: z.number() });

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function clockCommand(): Command {
  return defineCommand({
    name: "clock",
    summary: "Show the embedded cloud's clock, or advance it",
    description: "Shows the embedded cloud's clock, or advances it: crons and alarms that become due fire.",
    examples: [
      ["npx chittyops local clock --advance 15m", "everything that happens every quarter of an hour happens now"],
    ],
    configure: (command) => command.option("--advance <time>", "a number with s, m, h or d, e.g. 90s", milliseconds),
    async action({ console }, options) {
      const advance = options.advance;
      const request = advance === undefined ? {} : { method: "POST", body: { advanceMilliseconds: advance } };
      const { now, aheadMilliseconds } = time.parse(await localAdmin({ home: chittyopsHome() }, "clock", request));
      console.result({ now, aheadMilliseconds }, () =>
        aheadMilliseconds < 1_000 ? now : `${now}, ${duration(aheadMilliseconds)} ahead of the real time`,
      );
      return undefined;
    },
  });
}

function milliseconds(text: string): number {
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const factor = units[unit];
  if (number === undefined || factor === undefined)
    throw new InvalidArgumentError("It has to be a number with s, m, h or d, e.g. 15m.");
  return Number(number) * factor;
}
