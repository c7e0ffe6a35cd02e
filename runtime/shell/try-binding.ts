import type {
  AnalyticsEngineDataset,
  D1Database,
  DispatchNamespace,
  DurableObjectNamespace,
  Fetcher,
  Hyperdrive,
  KVNamespace,
  Queue,
  R2Bucket,
  RateLimit,
  SecretsStoreSecret,
} from "@cloudflare/workers-types";
import type { BindingReport } from "../../contracts/shell.ts";
import { askPostgres } from "./ask-postgres.ts";
import type { ShellEnvironment } from "./environment.ts";

type Trial = (binding: never) => Promise<string | undefined>;

/** What a platform says about a kind of binding that it does not have, as the embedded cloud does. */
const unavailable = "unavailable locally";
/** A binding that hangs must not take the whole report with it. */
const deadline = 5_000;

/**
 * Uses one binding as its kind allows without leaving anything behind, and says what happened.
 * A queue is the exception: the only proof of it is a message, which says that it is a trial.
 */
export async function tryBinding(
  env: ShellEnvironment,
  { name, kind, missing }: { name: string; kind: string; missing: string | undefined },
): Promise<BindingReport> {
  if (missing !== undefined) return { name, kind, status: "missing", detail: missing };
  const binding = env[name];
  const trial = trials[kind];
  if (binding === undefined || binding === null)
    return { name, kind, status: "error", detail: "not in the environment" };
  if (trial === undefined) return { name, kind, status: "ok", detail: "bound; there is no trial for this kind" };
  try {
    const detail = await within(deadline, trial(binding as never));
    return { name, kind, status: "ok", ...(detail !== undefined && { detail }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes(unavailable)) return { name, kind, status: "unavailable", detail: unavailable };
    return { name, kind, status: "error", detail: message };
  }
}

/** By the catalog's kind. Each resolves, with a remark or without, when the binding does what it is for, and rejects when not. */
const trials: Record<string, Trial> = {
  async kv(namespace: KVNamespace) {
    const key = trialName();
    await namespace.put(key, "trial", { expirationTtl: 60 });
    const value = await namespace.get(key);
    await namespace.delete(key);
    // Workers KV is eventually consistent: an absent value so soon after the write proves nothing.
    expect(value === "trial" || value === null, `wrote "trial" and read ${JSON.stringify(value)}`);
    return value === null ? "written; not readable yet" : undefined;
  },
  async r2(bucket: R2Bucket) {
    const key = trialName();
    await bucket.put(key, "trial");
    const value = await (await bucket.get(key))?.text();
    await bucket.delete(key);
    expect(value === "trial", `wrote "trial" and read ${JSON.stringify(value)}`);
    return undefined;
  },
  async d1(database: D1Database) {
    const row = await database.prepare("select 1 as one").first<{ one: number }>();
    expect(row?.one === 1, `asked for 1 and got ${JSON.stringify(row)}`);
    return undefined;
  },
  async queue(queue: Queue) {
    await queue.send({ trial: true });
    return undefined;
  },
  async service(service: Fetcher) {
    const { status } = await service.fetch("http://service/health");
    expect(status < 500, `answered HTTP ${status}`);
    return `answered HTTP ${status}`;
  },
  async "durable-object"(namespace: DurableObjectNamespace) {
    const { status } = await namespace.get(namespace.idFromName("chittyops:trial")).fetch("http://object/health");
    expect(status < 500, `answered HTTP ${status}`);
    return undefined;
  },
  async hyperdrive(hyperdrive: Hyperdrive) {
    await askPostgres(hyperdrive);
    return "answered a query";
  },
  async secret(value: unknown) {
    expect(typeof value === "string" && value !== "", "is empty");
    return "present";
  },
  async "secrets-store"(secret: SecretsStoreSecret) {
    expect((await secret.get()) !== "", "is empty");
    return "present";
  },
  async "analytics-engine"(dataset: AnalyticsEngineDataset) {
    dataset.writeDataPoint({ indexes: ["chittyops:trial"] });
    return undefined;
  },
  async ratelimit(limit: RateLimit) {
    await limit.limit({ key: "chittyops:trial" });
    return undefined;
  },
  async ai(ai: { models(search: object): Promise<unknown> }) {
    await ai.models({ per_page: 1 });
    return undefined;
  },
  async vectorize(index: { describe(): Promise<unknown> }) {
    await index.describe();
    return undefined;
  },
  async browser(browser: Fetcher) {
    const { status } = await browser.fetch("http://browser/v1/limits");
    expect(status < 500, `answered HTTP ${status}`);
    return undefined;
  },
  async assets(assets: Fetcher) {
    const { status } = await assets.fetch("http://assets/");
    expect(status < 500, `answered HTTP ${status}`);
    return undefined;
  },
  async "dispatch-namespace"(namespace: DispatchNamespace) {
    try {
      await namespace.get(trialName()).fetch("http://tenant/health");
    } catch (error) {
      // The namespace looked for a script of that name: it is there.
      if (!(error instanceof Error && error.message.includes("not found"))) throw error;
    }
    return undefined;
  },
};

function trialName(): string {
  return `chittyops:trial:${crypto.randomUUID()}`;
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
