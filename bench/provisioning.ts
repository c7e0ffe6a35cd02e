import { benchStack } from "./engine.ts";
import { type BenchHome, benchHome } from "./home.ts";
import { type Benchmark, ratio, seconds } from "./report.ts";

const many = 20;
/** What a cloud takes longer to answer than the embedded one, in milliseconds. */
const distance = 250;

interface LoggedRequest {
  sequence: number;
  at: string;
  method: string;
  path: string;
  duration: number;
}

/** Twenty databases against one, as Neon's API sees it: each a project with two roles, a database and an endpoint. */
export const provisioning: Benchmark = {
  name: "provisioning",
  run: async (progress) => {
    const home = await benchHome();
    process.env.CHITTYOPS_HOME = home.path;
    try {
      const env = { NEON_API_KEY: home.neonKey, NEON_BASE_URL: `${home.daemon.controlUrl}/api/v2` };
      progress("a first one, which brings along what all share");
      await provisioned(home, env, 1, "first");
      progress("one database");
      const near = await provisioned(home, env, 1, "near");
      progress(`${many} databases`);
      const allNear = await provisioned(home, env, many, "all-near");
      const action = { type: "latency", milliseconds: distance };
      await home.admin("faults", { method: "POST", body: { path: "/api/v2/*", action } });
      progress("one database, with answers as from a cloud");
      const one = await provisioned(home, env, 1, "one");
      progress(`${many} databases, with answers as from a cloud`);
      const all = await provisioned(home, env, many, "many");
      return {
        title: "Provisioning of databases",
        how: `\`pulumi up\` of projects, each with an owner, a role made by the owner with SQL, a database and an endpoint. Time on the API's side: from the first request to the end of the last, polls included. The embedded cloud answers in milliseconds, so that what 20 cost is this machine's work; the aim is asked of answers that take ${distance} ms more, as a cloud's do.`,
        rows: [
          { what: "1 database, answers at once", value: seconds(near.milliseconds) },
          { what: `${many} databases, answers at once`, value: seconds(allNear.milliseconds) },
          { what: "1 database, on the API's side", value: seconds(one.milliseconds) },
          { what: `${many} databases, on the API's side`, value: seconds(all.milliseconds) },
          {
            what: `${many} against 1`,
            value: ratio(all.milliseconds, one.milliseconds),
            aim: "at most 2 times",
            met: all.milliseconds / one.milliseconds <= 2,
          },
          {
            what: "changing API calls for each database",
            value: String(all.changes / many),
            aim: "at most 8",
            met: all.changes / many <= 8,
          },
          { what: "reads and polls for each database", value: (all.reads / many).toFixed(1) },
          { what: `whole \`up\` of ${many}`, value: seconds(all.whole) },
        ],
      };
    } finally {
      await home.dispose();
    }
  },
};

async function provisioned(home: BenchHome, env: Record<string, string>, count: number, prefix: string) {
  const before = (await requests(home)).at(-1)?.sequence ?? 0;
  const stack = await benchStack("databases");
  const { milliseconds: whole } = await stack.up({ count, prefix }, env);
  const made = (await requests(home, before)).filter(({ path }) => path.startsWith("/api/v2"));
  const starts = made.map(({ at }) => Date.parse(at));
  const ends = made.map(({ at, duration }) => Date.parse(at) + duration);
  await stack.destroy(env);
  return {
    whole,
    milliseconds: Math.max(...ends) - Math.min(...starts),
    changes: made.filter(({ method }) => method !== "GET").length,
    reads: made.filter(({ method }) => method === "GET").length,
  };
}

async function requests(home: BenchHome, after = 0): Promise<LoggedRequest[]> {
  const found = (await home.admin(`requests?after=${after}`)) as { requests: LoggedRequest[] };
  return found.requests;
}
