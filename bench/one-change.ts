import { request } from "undici";
import { benchStack } from "./engine.ts";
import { type BenchHome, benchHome } from "./home.ts";
import { type Benchmark, median, ratio, seconds } from "./report.ts";

const rounds = 5;
const others = 24;

/** A change to one of 25 bare Workers against the same change in a stack of one, with steady load on the 24 others. */
export const oneChange: Benchmark = {
  name: "one-change",
  run: async (progress) => {
    const home = await benchHome();
    process.env.CHITTYOPS_HOME = home.path;
    try {
      const env = { CLOUDFLARE_API_TOKEN: home.token };
      const baseUrl = `${home.daemon.controlUrl}/client/v4`;
      const config = (count: number, prefix: string, revision: number) => ({
        baseUrl,
        accountId: home.accountId,
        count,
        prefix,
        revision: `revision ${revision}`,
      });
      const many = await benchStack("bare");
      const one = await benchStack("bare");
      progress("creating 25 bare Workers and one");
      await many.up(config(others + 1, "many", 0), env);
      await one.up(config(1, "one", 0), env);
      const hosts = await publish(home, others);

      const load = steadyLoad(home.daemon.edgeUrl, hosts);
      const timesMany: number[] = [];
      const timesOne: number[] = [];
      for (let round = 1; round <= rounds; round++) {
        progress(`round ${round} of ${rounds}`);
        timesOne.push((await one.up(config(1, "one", round), env)).milliseconds);
        timesMany.push((await many.up(config(others + 1, "many", round), env)).milliseconds);
      }
      const served = await load.stop();
      const manyTime = median(timesMany);
      const oneTime = median(timesOne);
      await many.destroy(env);
      await one.destroy(env);
      return {
        title: "A change to one of 25 bare Workers",
        how: `\`pulumi up\`, whole process, median of ${rounds} alternating rounds; meanwhile the ${others} unchanged Workers are asked in turn without a pause.`,
        rows: [
          { what: "change in a stack of 1", value: seconds(oneTime) },
          { what: "change in a stack of 25", value: seconds(manyTime) },
          {
            what: "25 against 1",
            value: ratio(manyTime, oneTime),
            aim: "at most 1.5 times",
            met: manyTime / oneTime <= 1.5,
          },
          {
            what: `failed requests of ${served.total} on the other ${others}`,
            value: String(served.failed),
            aim: "0",
            met: served.failed === 0,
          },
          { what: "slowest of these requests", value: seconds(served.slowest) },
        ],
      };
    } finally {
      await home.dispose();
    }
  },
};

/** Gives each unchanged Worker a host of its own and waits until all answer. */
async function publish(home: BenchHome, count: number): Promise<string[]> {
  const zone = home.daemon.accounts.find(({ id }) => id === home.accountId)?.zones[0];
  if (zone === undefined) throw new Error("The account `chittyos` has no zone.");
  const hosts: string[] = [];
  for (let index = 1; index <= count; index++) {
    const hostname = `bench-${index}.${zone.name}`;
    await home.api("PUT", `/accounts/${home.accountId}/workers/domains`, {
      hostname,
      service: `many-${index}`,
      zone_id: zone.id,
      environment: "production",
    });
    hosts.push(hostname);
  }
  for (const host of hosts) await ask(home.daemon.edgeUrl, host);
  return hosts;
}

/** @throws Error unless the Worker behind the host answers 200 with its unchanged text. */
async function ask(edgeUrl: string, host: string): Promise<void> {
  const { statusCode, body } = await request(edgeUrl, {
    headers: { host },
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
  });
  const text = await body.text();
  if (statusCode !== 200 || text !== "unchanged")
    throw new Error(`${host} answered ${statusCode}: ${text.slice(0, 200)}`);
}

/** Two loops that ask the hosts in turn until stopped. */
function steadyLoad(edgeUrl: string, hosts: readonly string[]) {
  let running = true;
  let total = 0;
  let failed = 0;
  let slowest = 0;
  const loop = async (offset: number) => {
    for (let index = offset; running; index += 2) {
      const started = performance.now();
      total++;
      await ask(edgeUrl, hosts[index % hosts.length] ?? "").catch(() => failed++);
      slowest = Math.max(slowest, performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const loops = Promise.all([loop(0), loop(1)]);
  return {
    stop: async () => {
      running = false;
      await loops;
      return { total, failed, slowest };
    },
  };
}
