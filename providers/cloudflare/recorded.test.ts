import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Recorded } from "../kit/recorded.ts";
import { type JsonMap, toJsonMap, type ValueMap } from "../kit/value.ts";
import { formParts } from "../testing/form-parts.ts";
import { envelope, type Received, startServer } from "../testing/http-server.ts";
import { operate } from "../testing/operate.ts";
import { cloudflare } from "./provider.ts";
import recordedState from "./recorded/state.json" with { type: "json" };
import recordedTraffic from "./recorded/traffic.json" with { type: "json" };
import { sha256 } from "./script/source.ts";

/** What the official plugin was seen to do with one stack of 26 resources, request by request. */
interface RecordedRequest {
  readonly request: string;
  readonly type?: string;
  readonly "cf-r2-jurisdiction"?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly result?: unknown;
}

type Phase = "create" | "refresh" | "update" | "destroy";
const phases = recordedTraffic.phases as Record<Phase, RecordedRequest[]>;
const resources = recordedState.resources as unknown as Record<
  string,
  { id: string; inputs: JsonMap; outputs: JsonMap }
>;

let phase: Phase = "create";
let folder = "";
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recorded-"));
  server = await startServer((request) => {
    const line = `${request.method} ${request.path}`;
    const known = phases[phase].find((candidate) => candidate.request === line);
    if (!known)
      return { status: 501, body: `not recorded in ${phase}: ${line}`, headers: { "x-should-retry": "false" } };
    if (line.endsWith("/content/v2")) {
      return { status: 200, headers: { "content-type": "application/javascript+module" }, body: code("v1") };
    }
    // The recording server kept the whole form as the value.
    if (/GET .*\/values\//.test(line)) return { status: 200, body: "v1" };
    return { ...envelope(known.result), status: known.status ?? 200 };
  });
});
afterAll(() => server.stop());

function code(version: string): string {
  return `export default { async fetch() { return new Response("${version}") } }`;
}

async function codeFile(version: string): Promise<JsonMap> {
  const contentFile = join(folder, `${version}.mjs`);
  await writeFile(contentFile, code(version));
  return { contentFile, contentSha256: sha256(code(version)) };
}

/** Inputs of the recorded stack; only the folder of the code differs. */
async function inputsOf(type: string): Promise<JsonMap> {
  const inputs = resources[type]?.inputs ?? {};
  return inputs.contentFile === undefined ? inputs : { ...inputs, ...(await codeFile("v1")) };
}

/** The changes that the recorded update made. */
const changes: Record<string, (inputs: JsonMap) => JsonMap | Promise<JsonMap>> = {
  "queue:Queue": () => ({ settings: { deliveryDelay: 2 } }),
  "hyperdriveConfig:HyperdriveConfig": ({ origin }) => ({ origin: { ...(origin as JsonMap), password: "pw2" } }),
  "zoneSetting:ZoneSetting": () => ({ value: "1.3" }),
  "ruleset:Ruleset": ({ rules }) => ({ rules: [{ ...(rules as JsonMap[])[0], description: "d2" }] }),
  "workersKvNamespace:WorkersKvNamespace": () => ({ title: "cache2" }),
  "r2BucketEventNotification:R2BucketEventNotification": () => ({ rules: [{ actions: ["PutObject"], prefix: "a2" }] }),
  "r2BucketLifecycle:R2BucketLifecycle": ({ rules }) => {
    const condition = { maxAge: 2678400, type: "Age" };
    return { rules: [{ ...(rules as JsonMap[])[0], deleteObjectsTransition: { condition } }] };
  },
  "zeroTrustAccessApplication:ZeroTrustAccessApplication": () => ({ sessionDuration: "8h" }),
  "workersKv:WorkersKv": () => ({ value: "v2" }),
  "workersScript:WorkersScript": async ({ bindings }) => ({
    ...(await codeFile("v2")),
    bindings: (bindings as JsonMap[]).map((binding) => {
      if (binding.name === "MODE") return { ...binding, text: "m2" };
      return binding.name === "TOKEN" ? { ...binding, text: "s3cr3t2" } : binding;
    }),
  }),
  "queueConsumer:QueueConsumer": ({ settings }) => ({ settings: { ...(settings as JsonMap), batchSize: 20 } }),
  "workersCronTrigger:WorkersCronTrigger": () => ({ schedules: [{ cron: "*/10 * * * *" }] }),
};

/** A request in the form of the recording. */
function seen(request: Received): RecordedRequest {
  const type = request.headers["content-type"]?.split(";")[0];
  const jurisdiction = request.headers["cf-r2-jurisdiction"];
  return {
    request: `${request.method} ${request.path}`,
    ...(type !== undefined && request.body.length > 0 ? { type, body: bodyOf(request, type) } : {}),
    ...(jurisdiction === undefined ? {} : { "cf-r2-jurisdiction": jurisdiction }),
  };
}

function bodyOf(request: Received, type: string): unknown {
  if (type === "application/json") return JSON.parse(request.body.toString());
  return formParts(request).map((part) => {
    const isJson = part.headers.some((header) => header === "Content-Type: application/json");
    return { ...part, body: isJson ? JSON.parse(part.body) : part.body };
  });
}

/** The recorded request of that line, without its answer. */
function recorded(request: RecordedRequest): RecordedRequest | undefined {
  const known = phases[phase].find((candidate) => candidate.request === request.request);
  if (!known) return undefined;
  const { result: _, status: __, ...asked } = known;
  return asked;
}

/** Runs one operation in a phase and compares every request it sends with the recording. */
async function compared<Result>(of: Phase, run: () => Promise<Result>): Promise<{ result: Result; lines: string[] }> {
  phase = of;
  const before = server.received.length;
  const result = await run();
  const requests = server.received.slice(before).map(seen);
  for (const request of requests) expect(request).toEqual(expectedOf(recorded(request)));
  return { result, lines: requests.map(({ request }) => request) };
}

/**
 * The one thing done differently: the official plugin of that version repeated a migration that had been applied, which
 * Cloudflare refuses (pulumi-cloudflare#1215).
 */
function expectedOf(request: RecordedRequest | undefined): RecordedRequest | undefined {
  if (phase !== "update" || request?.request !== "PUT /accounts/A/workers/scripts/svc") return request;
  const parts = request.body as { headers: string[]; body: unknown }[];
  return {
    ...request,
    body: parts.map((part) => {
      if (typeof part.body === "string") return part;
      const { migrations: _, ...metadata } = part.body as JsonMap;
      return { ...part, body: metadata };
    }),
  };
}

/** Outputs that later versions of the official plugin have, that it makes up where the API is silent, or that name a file. */
const differing: Record<string, readonly string[]> = {
  "dnsRecord:DnsRecord": ["settings"],
  "workersScript:WorkersScript": ["migrationTag", "contentFile", "contentSha256"],
  "zeroTrustAccessPolicy:ZeroTrustAccessPolicy": ["createdAt", "updatedAt"],
};

function comparable(type: string, outputs: JsonMap): JsonMap {
  const names = Object.entries(differing).find(([ending]) => type.endsWith(ending))?.[1] ?? [];
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !names.includes(name)));
}

describe.each(Object.keys(resources))("%s against the recorded official plugin", (type) => {
  const resource = () => operate(cloudflare, { baseUrl: server.baseUrl, apiToken: "t".repeat(40) }, type);
  let made: Recorded;

  it("creates with the same request and stores the same outputs", async () => {
    const inputs: ValueMap = await inputsOf(type);
    expect(await resource().check(inputs)).toEqual([]);
    const { result, lines } = await compared("create", () => resource().create(inputs));
    made = result;
    expect(lines).toHaveLength(1);
    expect(made.id).toBe(resources[type]?.id);
    expect(comparable(type, toJsonMap(made.outputs))).toEqual(comparable(type, resources[type]?.outputs ?? {}));
  });

  it("reads with the same requests and finds nothing changed", async () => {
    const { result } = await compared("refresh", () => resource().read(made));
    expect(result?.inputs).toEqual(made.inputs);
    expect(result?.outputs).toEqual(made.outputs);
    expect((await resource().diff(result ?? made, await inputsOf(type))).changes).toEqual([]);
  });

  const change = Object.entries(changes).find(([ending]) => type.endsWith(ending))?.[1];
  if (change)
    it("updates with the same requests", async () => {
      const inputs = await inputsOf(type);
      const news = { ...inputs, ...(await change(inputs)) };
      const { changes: found, deleteBeforeReplace } = await resource().diff(made, news);
      expect(found.map(({ replace }) => replace)).not.toContain(true);
      expect([found.length > 0, deleteBeforeReplace]).toEqual([true, false]);
      const { result, lines } = await compared("update", () => resource().update(made, news));
      expect(lines.length).toBeGreaterThan(0);
      expect((await resource().diff({ ...result, inputs: news }, news)).changes).toEqual([]);
    });

  it("deletes with the same request", async () => {
    const { lines } = await compared("destroy", () => resource().delete(made));
    const kept = /ZoneSetting|R2BucketLifecycle|R2BucketLock|WorkersCronTrigger/.test(type);
    expect(lines).toHaveLength(kept ? 0 : 1);
  });
});
