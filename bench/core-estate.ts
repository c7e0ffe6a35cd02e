import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../local/engine/home.ts";
import { benchStack } from "./engine.ts";
import { benchHome } from "./home.ts";
import { run } from "./process.ts";
import { type Benchmark, median, ratio, seconds } from "./report.ts";
import { makeWithWrangler } from "./wrangler-estate.ts";

const rounds = 3;

/** The whole core estate: one `up` against wrangler, an `up` without changes against the engine's floor, memory, a warm `npm start`. */
export const coreEstate: Benchmark = {
  name: "core-estate",
  run: async (progress) => {
    const compared = await benchHome({ CHITTYOPS_CATALOG: join(repositoryRoot, "bench/without-databases.ts") });
    const other = await benchHome();
    const home = await benchHome();
    process.env.CHITTYOPS_HOME = home.path;
    try {
      progress("one up of the estate without databases");
      const created = await compared.chittyops("up", "--json");
      progress("the same with wrangler");
      const wrangler = await makeWithWrangler(compared, other, progress);
      await compared.dispose();
      await other.dispose();

      progress("one up of the whole estate");
      const whole = await home.chittyops("up", "--json");
      const resources = resourceCount(whole.stdout);
      progress("up without changes");
      const nothing = await benchStack("nothing");
      await nothing.up({ count: resources });
      const idle: number[] = [];
      const idleHere: number[] = [];
      const unchanged: number[] = [];
      const started: number[] = [];
      for (let round = 0; round < rounds; round++) {
        // The engine's floor: the SDK as it is published.
        idle.push((await nothing.up({ count: resources }, { CHITTYOPS_PLAIN_SDK: "1" })).milliseconds);
        idleHere.push((await nothing.up({ count: resources })).milliseconds);
        unchanged.push((await home.chittyops("up")).milliseconds);
      }
      const memory = await residentMegabytes(home.daemon.pid);
      progress("start, with all families");
      await home.chittyops("start");
      for (let round = 0; round < rounds; round++) started.push((await home.chittyops("start")).milliseconds);
      const memoryOfAll = await residentMegabytes(home.daemon.pid);

      progress("start from nothing");
      await home.chittyops("local", "reset", "--yes");
      const fresh = (await home.chittyops("start")).milliseconds;
      return {
        title: "The core estate",
        how: `Whole processes on a warm tool chain, the API of the embedded cloud on both sides; medians of ${rounds} where repeated. wrangler runs one command after the other: stores, secrets (one \`secret bulk\` a Worker), deploys, registry records. The two sides make the same Workers and stores: databases, which wrangler has no command for, are left out of both; zone settings, Access and health gates only \`up\` has.`,
        rows: [
          {
            what: `one \`up\` of ${resourceCount(created.stdout)} resources, empty cloud, without databases`,
            value: seconds(created.milliseconds),
          },
          { what: `wrangler, ${wrangler.commands} commands`, value: seconds(wrangler.milliseconds) },
          {
            what: "wrangler against `up`",
            value: ratio(wrangler.milliseconds, created.milliseconds),
            aim: "at least 10 times",
            met: wrangler.milliseconds / created.milliseconds >= 10,
          },
          { what: `wrangler, the ${wrangler.deploys} deploys alone`, value: seconds(wrangler.deployMilliseconds) },
          {
            what: "the deploys alone against the whole `up`",
            value: ratio(wrangler.deployMilliseconds, created.milliseconds),
          },
          { what: `one \`up\` of all ${resources} resources with databases`, value: seconds(whole.milliseconds) },
          { what: "`up` without changes", value: seconds(median(unchanged)) },
          {
            what: `\`pulumi up\` of ${resources} do-nothing resources without changes, the SDK as published`,
            value: seconds(median(idle)),
          },
          {
            what: "no change against do-nothing",
            value: ratio(median(unchanged), median(idle)),
            aim: "at most 1.5 times",
            met: median(unchanged) / median(idle) <= 1.5,
          },
          {
            what: "the same do-nothing resources, the SDK loaded as programs here load it",
            value: `${seconds(median(idleHere))}, ${ratio(median(unchanged), median(idleHere))}`,
          },
          {
            what: "memory of the embedded cloud with the core estate at rest",
            value: `${memory} MB`,
            aim: "under 1000 MB",
            met: memory < 1000,
          },
          { what: "the same with all families", value: `${memoryOfAll} MB` },
          { what: "`npm start` of core and all families, nothing to do", value: seconds(median(started)) },
          {
            what: "`npm start` of core and all families to all healthy, empty cloud, warm tool chain",
            value: seconds(fresh),
            aim: "25 s",
            met: fresh <= 25_000,
          },
        ],
      };
    } finally {
      await home.dispose();
    }
  },
};

/** How many resources an `up --json` says it created. */
function resourceCount(stdout: string): number {
  const { counts } = JSON.parse(stdout) as { counts?: { create?: number } };
  if (counts?.create === undefined) throw new Error("`up --json` says of no resource that it was created.");
  return counts.create;
}

/** Proportional set size of a process and all below it, in megabytes; resident size where the kernel has no better. */
async function residentMegabytes(root: number): Promise<number> {
  const parents = new Map<number, number>();
  if (process.platform === "linux") {
    for (const entry of await readdir("/proc")) {
      const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (stat !== "") parents.set(Number(entry), Number(fields[1]));
    }
  } else {
    const { stdout } = await run("ps", ["-axo", "pid=,ppid="], { cwd: repositoryRoot, env: process.env });
    for (const line of stdout.trim().split("\n")) {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      if (pid !== undefined && parent !== undefined) parents.set(pid, parent);
    }
  }
  const below = (pid: number): boolean => pid === root || (pid > 1 && below(parents.get(pid) ?? 0));
  let kilobytes = 0;
  for (const pid of parents.keys()) if (below(pid)) kilobytes += await kilobytesOf(pid);
  return Math.round(kilobytes / 1024);
}

async function kilobytesOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const proportional = /^Pss:\s+(\d+) kB/m.exec(rollup)?.[1];
  if (proportional !== undefined) return Number(proportional);
  const { stdout } = await run("ps", ["-o", "rss=", "-p", String(pid)], { cwd: repositoryRoot, env: process.env });
  return Number(stdout.trim());
}
