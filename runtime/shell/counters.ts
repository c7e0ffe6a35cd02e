import type { KVNamespace } from "@cloudflare/workers-types";
import { manifestOf, type ShellEnvironment } from "./environment.ts";

export type Event = "scheduled" | "queue" | "tail" | "email";
type Counts = Record<Event, number>;

const key = "chittyops:shell:counts";
/** KV takes one write a second to the same key; a tail consumer handles more events than that. */
const writeInterval = 5_000;

const seen: Counts = { scheduled: 0, queue: 0, tail: 0, email: 0 };
let lastWrite = Number.NEGATIVE_INFINITY;

/** Counts `amount` events, and keeps the sum in the first KV namespace the service has. */
export async function count(env: ShellEnvironment, event: Event, amount: number): Promise<void> {
  seen[event] += amount;
  const store = counterStore(env);
  if (store === undefined || Date.now() - lastWrite < writeInterval) return;
  lastWrite = Date.now();
  const unwritten = take();
  await store.put(key, JSON.stringify(add(await read(store), unwritten)));
}

/** Everything counted so far; `durable` says whether it outlives this isolate. */
export async function counts(env: ShellEnvironment): Promise<Counts & { durable: boolean }> {
  const store = counterStore(env);
  return store === undefined ? { ...seen, durable: false } : { ...add(await read(store), seen), durable: true };
}

function counterStore(env: ShellEnvironment): KVNamespace | undefined {
  const { bindings } = manifestOf(env);
  const name = Object.keys(bindings).find((binding) => bindings[binding] === "kv");
  return name === undefined ? undefined : (env[name] as KVNamespace | undefined);
}

async function read(store: KVNamespace): Promise<Partial<Counts>> {
  return (await store.get<Partial<Counts>>(key, "json")) ?? {};
}

function take(): Counts {
  const taken = { ...seen };
  for (const event of Object.keys(seen) as Event[]) seen[event] = 0;
  return taken;
}

function add(a: Partial<Counts>, b: Counts): Counts {
  const sum = (event: Event) => (a[event] ?? 0) + b[event];
  return { scheduled: sum("scheduled"), queue: sum("queue"), tail: sum("tail"), email: sum("email") };
}
