import { setTimeout } from "node:timers/promises";
import { type DeadLetterPage, deadLetterPage } from "../contracts/ops-deliveries.ts";
import { subscription } from "../contracts/ops-events.ts";
import { type Receiver, receiver } from "../runtime/ops/testing/receiver.ts";
import { people, type WorkerdPlane, workerdPlane } from "../runtime/ops/testing/workerd-plane.ts";
import { clockServer } from "./clock-server.ts";
import { type Benchmark, seconds } from "./report.ts";

/** `CHITTYOPS_BENCH_EVENTS=1000` for a quick look. */
const events = Number(process.env.CHITTYOPS_BENCH_EVENTS ?? 10_000);
const keys = Math.max(10, events / 10);
const receivers = 10;
const failing = 3;
const topic = "cc.chitty.bench";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const hour = 3_600_000;

/** Whether events arrive: all of them, in order, at receivers of which some fail. */
export const eventDelivery: Benchmark = {
  name: "event-delivery",
  run: async (progress) => {
    const clock = await clockServer();
    const random = generator(20_261_126);
    const targets = await Promise.all(Array.from({ length: receivers }, (_, index) => target(index < failing, random)));
    const plane = await workerdPlane({ configuration: { clockUrl: clock.url } });
    try {
      for (const [index, { url }] of targets.entries()) {
        await call(plane, "/api/v1/subscriptions", { name: name(index), url, topics: [topic], secret });
      }
      const began = performance.now();
      for (let first = 0; first < events; first += 100) {
        const batch = Array.from({ length: Math.min(100, events - first) }, (_, index) => event(first + index));
        await call(plane, "/api/v1/events", batch);
      }
      const published = performance.now() - began;
      progress(`published: ${seconds(published)}`);
      for (let left = 1; left > 0; ) {
        await setTimeout(500);
        const now = await waitingOf(plane, (id) => !failingNames.has(id));
        if (Math.floor(now / 10_000) < Math.floor(left / 10_000)) progress(`${now} wait of those that do not fail`);
        left = now;
      }
      const delivered = performance.now() - began;
      progress(`delivered to those that do not fail: ${seconds(delivered)}`);
      let advances = 0;
      for (let waiting = await waitingOf(plane); waiting > 0; ) {
        await setTimeout(1_500);
        const left = await waitingOf(plane);
        // Nothing is due any more: on to when the longest wait is over.
        if (left === waiting) {
          clock.advance(12 * hour);
          advances += 1;
          await setTimeout(1_100);
          await call(plane, "/api/v1/events", { ...event(advances), id: `wake-${advances}`, type: "cc.wake" });
          progress(`${left} wait; clock advanced ${advances} times`);
        }
        waiting = left;
      }
      const found = await Promise.all(targets.map((one, index) => judge(plane, name(index), one.taken)));
      const sum = (of: (one: (typeof found)[number]) => number) => found.reduce((total, one) => total + of(one), 0);
      const attempts = targets.reduce((total, one) => total + one.receiver.received.length, 0);
      return {
        title: `Delivery of ${events} events to ${receivers} subscribers`,
        how: `The built plane in workerd, receivers on loopback, ${keys} keys; ${failing} receivers answer 500 to half of what they get. The plane's clock is advanced whenever everything left waits for its next attempt.`,
        rows: [
          {
            what: "published and acknowledged, in batches of 100",
            value: `${Math.round(events / (published / 1_000))} a second`,
          },
          {
            what: `delivered to the ${receivers - failing} that do not fail, from the first publication on`,
            value: `${Math.round((events * (receivers - failing)) / (delivered / 1_000))} a second`,
          },
          { what: "attempts in all", value: String(attempts) },
          { what: "taken by a receiver at least once", value: String(sum(({ taken }) => taken)) },
          { what: "dead letters", value: String(sum(({ dead }) => dead)) },
          { what: "lost", value: String(sum(({ lost }) => lost)), aim: "0", met: sum(({ lost }) => lost) === 0 },
          {
            what: "out of order for their key",
            value: String(sum(({ disordered }) => disordered)),
            aim: "0",
            met: sum(({ disordered }) => disordered) === 0,
          },
        ],
      };
    } finally {
      await plane.dispose();
      for (const one of targets) await one.receiver.close();
      await clock.close();
    }
  },
};

const name = (index: number): string => `receiver-${index}`;
const failingNames: ReadonlySet<string> = new Set(Array.from({ length: failing }, (_, index) => name(index)));

const event = (index: number) => ({
  specversion: "1.0",
  id: `e-${index}`,
  source: "bench",
  type: topic,
  subject: `key-${index % keys}`,
  data: { index },
});

async function target(fails: boolean, random: () => number) {
  const taken: number[] = [];
  const one: Receiver = await receiver(({ body }, response) => {
    const refused = fails && random() < 0.5;
    if (!refused) taken.push(JSON.parse(body).data.index);
    response.writeHead(refused ? 500 : 204).end();
  });
  return { receiver: one, url: one.url, taken };
}

async function judge(plane: WorkerdPlane, id: string, taken: readonly number[]) {
  const dead = new Set<number>();
  for (let after: number | undefined = 0; after !== undefined; ) {
    const answer = await plane.request(`/api/v1/subscriptions/${id}/dead-letters?after=${after}&limit=500`, {
      as: people.viewer,
    });
    const page: DeadLetterPage = deadLetterPage.parse(await answer.json());
    for (const { what } of page.deadLetters) dead.add(Number(/ e-(\d+) /.exec(what)?.[1]));
    after = page.next;
  }
  const once = new Set(taken);
  const lost = Array.from({ length: events }, (_, index) => index).filter(
    (index) => !once.has(index) && !dead.has(index),
  );
  const lastOf = new Map<number, number>();
  let disordered = 0;
  for (const index of once) {
    if ((lastOf.get(index % keys) ?? -1) > index) disordered += 1;
    lastOf.set(index % keys, index);
  }
  return { taken: once.size, dead: dead.size, lost: lost.length, disordered };
}

async function waitingOf(plane: WorkerdPlane, of: (id: string) => boolean = () => true): Promise<number> {
  const answer = await plane.request("/api/v1/subscriptions", { as: people.viewer });
  const { endpoints } = (await answer.json()) as { endpoints: unknown[] };
  return endpoints
    .map((one) => subscription.parse(one))
    .reduce((sum, { id, waiting }) => sum + (of(id) ? waiting : 0), 0);
}

async function call(plane: WorkerdPlane, path: string, body: unknown): Promise<void> {
  const answer = await plane.request(path, { as: people.operator, body });
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  await answer.body?.cancel();
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
