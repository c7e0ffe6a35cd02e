import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { tenant } from "../catalog/index.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { type BenchHome, benchHome } from "./home.ts";
import { type Benchmark, median, ratio, seconds } from "./report.ts";

const few = 10;
const many = 1_000;
const fleet = 200;
const rounds = 5;

/** Adding a tenant where ten are recorded, and where a thousand are; and the preview and the check of a fleet of 200. */
export const tenants: Benchmark = {
  name: "tenants",
  run: async (progress) => {
    const home = await benchHome({ CHITTYOPS_CATALOG: join(repositoryRoot, "tests/fixtures/dossier-catalog.ts") });
    try {
      progress("bringing up core and Digital Dossier");
      await home.chittyops("up");
      await home.chittyops("up", "digital-dossier");
      const times: Record<number, number[]> = { [few]: [], [many]: [] };
      const calls: Record<number, number[]> = { [few]: [], [many]: [] };
      // The first one finds everything cold.
      await add(home, "warm", few);
      for (let round = 1; round <= rounds; round++) {
        for (const recorded of [few, many]) {
          progress(`round ${round} of ${rounds}, ${recorded} recorded`);
          const added = await add(home, `added-${recorded}-${round}`, recorded);
          times[recorded]?.push(added.milliseconds);
          calls[recorded]?.push(added.calls);
        }
      }
      progress(`a fleet of ${fleet}`);
      const copies = fleet - rounds * 2 - 1;
      record(home, copies);
      copyStates(home, `added-${few}-1`, copies);
      const looked = await home.chittyops("fleet", "status", "--json");
      const { plan } = status.parse(JSON.parse(looked.stdout));
      const compared = await home.chittyops("fleet", "check", "--json");
      const [fast, slow] = [median(times[few] ?? []), median(times[many] ?? [])];
      const [callsOfFew, callsOfMany] = [median(calls[few] ?? []), median(calls[many] ?? [])];
      return {
        title: "Tenants: one more, and a fleet of 200",
        how: `\`chittyops tenant add\`, whole process, median of ${rounds} alternating rounds; API calls as the embedded cloud counted them, but for those that ask whether Neon has finished. The recorded tenants are records only. Then the preview of a fleet, \`chittyops fleet status\`, and \`chittyops fleet check\` over ${fleet} tenants: the ${rounds * 2 + 1} that were added, and the others with a copy each of the state of one of these under names and ids of their own, which is behind.`,
        rows: [
          { what: `one more, ${few} recorded`, value: seconds(fast) },
          { what: `one more, ${many} recorded`, value: seconds(slow) },
          { what: "1,000 against 10", value: ratio(slow, fast), aim: "at most 1.1 times", met: slow / fast <= 1.1 },
          { what: `API calls, ${few} recorded`, value: String(callsOfFew) },
          {
            what: `API calls, ${many} recorded`,
            value: String(callsOfMany),
            aim: "the same",
            met: callsOfMany === callsOfFew,
          },
          { what: `preview of a fleet of ${fleet}`, value: seconds(looked.milliseconds) },
          { what: `comparing the states of ${fleet}`, value: seconds(compared.milliseconds) },
          {
            what: `to be brought up of ${fleet}: API calls at most, minutes of waiting for the limit`,
            value: `${plan.toBringUp}: ${plan.calls}, ${plan.minutes}`,
          },
        ],
      };
    } finally {
      await home.dispose();
    }
  },
};

const status = z.object({ plan: z.object({ toBringUp: z.number(), calls: z.number(), minutes: z.number() }) });
const checkpoint = z.object({
  checkpoint: z.object({
    latest: z.object({ resources: z.array(z.object({ type: z.string(), id: z.string().optional() })) }),
  }),
});
const log = z.object({ requests: z.array(z.object({ sequence: z.number(), path: z.string() })) });

async function add(home: BenchHome, id: string, recorded: number): Promise<{ milliseconds: number; calls: number }> {
  record(home, recorded);
  const before = lastOf(await home.admin("requests"));
  const { milliseconds } = await home.chittyops("tenant", "add", id);
  const { requests } = log.parse(await home.admin(`requests?after=${before}`));
  // How often it is asked whether Neon has finished depends on how long that takes.
  return { milliseconds, calls: requests.filter(({ path }) => !path.includes("/operations")).length };
}

function lastOf(answer: unknown): number {
  return log.parse(answer).requests.at(-1)?.sequence ?? 0;
}

/** Records so many tenants, in another Neon organization than those that are added, and no more of them. */
function record({ path }: BenchHome, count: number): void {
  const folder = join(path, "local", "tenants");
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < many; index++) {
    const id = `recorded-${index}`;
    const file = join(folder, `${id}.json`);
    if (index >= count) rmSync(file, { force: true });
    else writeFileSync(file, JSON.stringify(tenant.parse(recordOf(id, index))));
  }
}

/** Gives recorded tenants the state of one that is deployed, under their own names, and with other ids of what only one stack may have. */
function copyStates({ path }: BenchHome, of: string, count: number): void {
  const folder = join(path, "local/state/.pulumi/stacks/chittyops-digital-dossier-tenant");
  const text = readFileSync(join(folder, `local-${of}.json`), "utf8");
  const { resources } = checkpoint.parse(JSON.parse(text)).checkpoint.latest;
  const [project] = resources.filter(({ type }) => type === "neon:index:Project");
  if (project?.id === undefined) throw new Error(`The state of ${of} has no Neon project.`);
  for (let index = 0; index < count; index++) {
    const id = `recorded-${index}`;
    const own = text.replaceAll(of, id).replaceAll(project.id, `${project.id}-${index}`);
    writeFileSync(join(folder, `local-${id}.json`), own);
  }
}

function recordOf(id: string, index: number) {
  return {
    id,
    title: `Recorded ${index}`,
    owner: "digital-dossier",
    hostname: `${id}.digital-dossier.localhost`,
    createdAt: new Date(Date.UTC(2026, 8, 1) + index * 3_600_000).toISOString(),
    neonOrganization: "org-elsewhere-00000001",
    branding: {
      name: `Recorded ${index}`,
      colours: { text: "#1b1b1b", background: "#ffffff", accent: "#1a4f8b", onAccent: "#ffffff" },
    },
  };
}
