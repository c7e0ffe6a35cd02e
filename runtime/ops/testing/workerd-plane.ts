import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import {
  type OpsConfigurationInput,
  opsBundle,
  opsCompatibility,
  opsObjects,
  opsStores,
  opsVariable,
} from "../../../contracts/ops-plane.ts";
import { type RegistryRecord, recordPrefix } from "../../../contracts/registry-record.ts";
import { shardOf } from "../sync/child-shards.ts";

const access = await generateKeyPair("ES256");
const accessJwk = { ...(await exportJWK(access.publicKey)), kid: "access-1", alg: "ES256", kty: "EC" };
const signing = await generateKeyPair("EdDSA", { extractable: true });
const issuer = "https://chitty.cloudflareaccess.com";

export interface WorkerdPlane {
  /** @param as e-mail address of whose token goes with it; nobody's by default */
  request(
    path: string,
    init?: { as?: string; method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Response>;
  /** Where a browser finds it, on loopback, without a slash at the end. */
  url: string;
  /** Enters a service in the registry, as its component does. */
  register(record: RegistryRecord): Promise<void>;
  /** The plane's cron: looks at every service that is due. @param at milliseconds since the epoch */
  round(at: number): Promise<void>;
  /** What a service, whose tail consumer the plane is, sends to the plane's queue. */
  send(messages: unknown[]): Promise<void>;
  /** Makes children known to their shards, as if each had sent its first tick now. */
  enrol(
    children: { family: string; child: string; version: string; status?: "ok" | "degraded" | "failing" }[],
  ): Promise<void>;
  dispose(): Promise<void>;
  /** Ends workerd as `kill -9` does, and what is left of it here. */
  kill(): Promise<void>;
}

/** Another Worker beside the plane: it sends events, and says for children that they are there. */
const service = `
const digest = "0".repeat(64);
export default {
  async fetch(request, env) {
    const given = await request.json();
    if (new URL(request.url).pathname === "/events") {
      await env.EVENT_QUEUE.sendBatch(given.map((body) => ({ body })));
      return new Response();
    }
    for (const { shard, family, child, version, status = "ok" } of given) {
      const call = { id: crypto.randomUUID(), expires: Math.floor(Date.now() / 1000) + 60 };
      const state = { service: "lite-child", version, code: digest, variables: digest, configuration: 0, update: 0 };
      const message = { enrol: true, tick: true, runs: digest, state, health: { status } };
      const { problem } = await env.CHILD_SHARD.getByName(shard).receive({ family, child }, call, message);
      if (problem) return new Response(problem.detail, { status: 500 });
    }
    return new Response();
  },
};`;

const edge = `export default {
  fetch: ({ url }) => Response.json({ status: "ok" }, { status: new URL(url).hostname.startsWith("dead") ? 503 : 200 }),
};`;

/**
 * The built plane in workerd.
 * @param options.configuration what differs from a plane of `local` with the grants of `people`
 * @param options.edge whether the network that the plane sees is a stand-in: every host answers `{"status":"ok"}`, and 503 where its name
 *   begins with `dead`
 * @param options.persist folder of its objects, for a plane that is started again
 */
export async function workerdPlane(
  options: { configuration?: Partial<OpsConfigurationInput>; persist?: string; edge?: boolean } = {},
): Promise<WorkerdPlane> {
  const bundle = readFileSync(join(import.meta.dirname, "../../..", opsBundle), "utf8");
  const exported = opsObjects.filter(({ className }) =>
    new RegExp(`\\bas ${className}\\b|\\b${className},?\\n`).test(bundle),
  );
  const configuration: OpsConfigurationInput = {
    version: 1,
    environment: "local",
    url: "http://ops.test",
    families: ["chittyos", "cook-county"],
    access: { issuer, audience: "ops", publicKeys: { keys: [accessJwk] } },
    grants: [
      { email: people.admin, role: "admin" },
      { email: people.operator, role: "operator" },
      { email: people.viewer, role: "viewer" },
      { email: people.clerk, role: "operator", families: ["cook-county"] },
    ],
    ...options.configuration,
  };
  // Cloudflare says of which script an event is; workerd by itself does not.
  const namingTail =
    'export default { tail: (events, { OPS }) => OPS.tail(JSON.parse(JSON.stringify(events)).map((event) => ({ ...event, scriptName: "service" }))), fetch() {} }';
  const shared = { compatibilityDate: opsCompatibility.date, compatibilityFlags: [...opsCompatibility.flags] };
  const before = workerdProcesses();
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [
        {
          ...shared,
          name: "ops",
          modules: [{ type: "ESModule" as const, path: "index.mjs", contents: bundle }],
          bindings: {
            [opsVariable]: JSON.stringify(configuration),
            [opsStores.signingKey]: JSON.stringify(await exportJWK(signing.privateKey)),
            [opsStores.familyKeys]: JSON.stringify({
              chittyos: { 1: "a".repeat(64) },
              "cook-county": { 1: "b".repeat(64) },
            }),
          },
          kvNamespaces: { [opsStores.records]: "records" },
          r2Buckets: { [opsStores.archive]: "archive" },
          queueProducers: { [opsStores.events]: "events" },
          ...(options.edge === true && { outboundService: "edge" }),
          queueConsumers: { events: { maxBatchTimeout: 0, maxBatchSize: 100, maxRetries: 100 } },
          durableObjects: Object.fromEntries(
            exported.map(({ name, className }) => [name, { className, useSQLite: true }]),
          ),
        },
        {
          ...shared,
          name: "service",
          tails: ["tail"],
          modules: [{ type: "ESModule" as const, path: "index.mjs", contents: service }],
          queueProducers: { [opsStores.events]: "events" },
          durableObjects: { CHILD_SHARD: { className: "ChildShard", scriptName: "ops", useSQLite: true } },
        },
        {
          ...shared,
          name: "edge",
          modules: [{ type: "ESModule" as const, path: "index.mjs", contents: edge }],
        },
        {
          ...shared,
          name: "tail",
          modules: [{ type: "ESModule" as const, path: "index.mjs", contents: namingTail }],
          serviceBindings: { OPS: "ops" },
        },
      ],
    }),
    // It comes last: what is made of the older form says that there is none.
    ...(options.persist !== undefined && { resourcePersistencePath: options.persist }),
  });
  const { origin: url } = await miniflare.ready;
  const own = workerdProcesses().filter((pid) => !before.includes(pid));
  return {
    url,
    async request(path, { as, body, method, headers = {} } = {}) {
      const worker = await miniflare.getWorker("ops");
      const init = {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(as !== undefined && { authorization: `Bearer ${await operatorToken(as)}` }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      };
      return (await worker.fetch(new URL(path, "http://ops.test").href, init)) as unknown as Response;
    },
    async send(messages) {
      const worker = await miniflare.getWorker("service");
      await worker.fetch("http://service.test/events", { method: "POST", body: JSON.stringify(messages) });
    },
    async enrol(children) {
      const worker = await miniflare.getWorker("service");
      const given = children.map((child) => ({ ...child, shard: shardOf(child) }));
      const answer = await worker.fetch("http://service.test/children", {
        method: "POST",
        body: JSON.stringify(given),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async round(at) {
      const worker = await miniflare.getWorker("ops");
      await worker.scheduled({ scheduledTime: new Date(at), cron: "* * * * *" });
    },
    async register(record) {
      const records = await miniflare.getKVNamespace(opsStores.records, "ops");
      await records.put(`${recordPrefix}${record.name}`, JSON.stringify(record));
    },
    dispose: () => miniflare.dispose(),
    async kill() {
      for (const pid of own) process.kill(pid, "SIGKILL");
      await miniflare.dispose();
    },
  };
}

/** Those that this process started. */
function workerdProcesses(): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((found) =>
      Number(found?.[2]) === process.pid && found?.[3]?.includes("workerd") ? [Number(found[1])] : [],
    );
}

/** Everybody that tests act as. */
export const people = {
  admin: "admin@chitty.cc",
  operator: "operator@chitty.cc",
  viewer: "viewer@chitty.cc",
  /** Operator of one family only. */
  clerk: "clerk@county.test",
  stranger: "stranger@nowhere.test",
} as const;

/** As Access issues it. @param change what is wrong with it */
export function operatorToken(email: string, change: (token: SignJWT) => SignJWT = (token) => token): Promise<string> {
  const token = new SignJWT({ email, type: "app" })
    .setProtectedHeader({ alg: "ES256", kid: "access-1" })
    .setIssuer(issuer)
    .setAudience(["ops"])
    .setIssuedAt()
    // Good also where the plane's clock is advanced by days.
    .setExpirationTime("90d");
  return change(token).sign(access.privateKey);
}
