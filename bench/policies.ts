import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../local/engine/home.ts";
import { benchStack } from "./engine.ts";
import { type Benchmark, median, ratio, seconds } from "./report.ts";

const count = 2_000;
const rounds = 3;

/** A preview of a large, clean stack under every pack's rules, against the same preview under a pack without a rule. */
export const policies: Benchmark = {
  name: "policies",
  run: async (progress) => {
    process.env.CHITTYOPS_HOME = await mkdtemp(join(tmpdir(), "chittyops-bench-home-"));
    const stack = await benchStack("policed");
    const under = async (pack: string) =>
      (await stack.preview({ count }, ["--policy-pack", join(repositoryRoot, pack)])).milliseconds;
    const empty: number[] = [];
    const all: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}`);
      empty.push(await under("bench/empty-pack"));
      all.push(await under("policies/all"));
    }
    const [without, within] = [median(empty), median(all)];
    return {
      title: "All policy packs over a stack of 2,000 resources",
      how: `\`pulumi preview\`, whole process, median of ${rounds} alternating rounds; the resources do nothing, break no mandatory rule, and are of the kinds that the rules look at.`,
      rows: [
        { what: "one empty pack", value: seconds(without) },
        { what: "all packs' rules", value: seconds(within) },
        {
          what: "all against empty",
          value: ratio(within, without),
          aim: "at most 1.5 times",
          met: within / without <= 1.5,
        },
      ],
    };
  },
};
