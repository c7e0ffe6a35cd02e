import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiRoutes } from "./routes.ts";
import { openTestCloud, scriptForm, type TestCloud } from "./test-cloud.ts";

let cloud: TestCloud;
/** Values of the parameters of paths: objects that exist, so that handlers get as far as their bodies. */
const parameters: Record<string, string> = {};

beforeAll(async () => {
  cloud = openTestCloud();
  const code = "export default { fetch() {}, queue() {} }\nexport class Flow {}";
  const make = async (path: string, body: unknown) => (await cloud.call("POST", path, body)).result;
  const put = (path: string, body: unknown) => cloud.call("PUT", path, body);
  await put("/accounts/:account/workers/scripts/svc", scriptForm(code));
  parameters.account = cloud.account;
  parameters.zone = cloud.zone;
  parameters.script = "svc";
  parameters.worker = "svc";
  parameters.version = "latest";
  parameters.namespace = (await make("/accounts/:account/storage/kv/namespaces", { title: "kv" })).id;
  parameters.bucket = (await make("/accounts/:account/r2/buckets", { name: "docs" })).name;
  parameters.database = (await make("/accounts/:account/d1/database", { name: "db" })).uuid;
  parameters.queue = (await make("/accounts/:account/queues", { queue_name: "jobs" })).queue_id;
  const consumers = `/accounts/:account/queues/${parameters.queue}/consumers`;
  parameters.consumer = (await make(consumers, { type: "worker", script_name: "svc" })).consumer_id;
  parameters.store = (await make("/accounts/:account/secrets_store/stores", { name: "s" })).id;
  parameters.dispatch = (await make("/accounts/:account/workers/dispatch/namespaces", { name: "tenants" })).name;
  await put("/accounts/:account/workers/dispatch/namespaces/tenants/scripts/svc", scriptForm(code));
  const origin = { scheme: "postgres", host: "h", database: "d", user: "u", password: "p" };
  parameters.config = (await make("/accounts/:account/hyperdrive/configs", { name: "hd", origin })).id;
  const ruleset = { kind: "zone", name: "r", phase: "http_request_firewall_custom" };
  parameters.ruleset = (await make("/zones/:zone/rulesets", ruleset)).id;
  parameters.phase = ruleset.phase;
  parameters.setting = "ssl";
});
afterAll(() => cloud.close());

const bodies: [string, BodyInit | undefined, string | undefined][] = [
  ["no body", undefined, undefined],
  ["an empty body", "", "application/json"],
  ["no JSON", "nonsense", "application/json"],
  ["null", "null", "application/json"],
  ["a number", "7", "application/json"],
  ["an empty list", "[]", "application/json"],
  ["a list of nothing", "[null]", "application/json"],
  ["an empty object", "{}", "application/json"],
  [
    "members of other types",
    '{"name":7,"title":{},"rules":3,"settings":[],"versions":"x","policies":9,"items":[[]]}',
    "application/json",
  ],
  ["a form that is none", "--x\r\nnonsense", "multipart/form-data; boundary=x"],
  ["a form without what it needs", new FormData(), undefined],
];
type BodyInit = string | FormData;

const writing = apiRoutes.filter(({ method }) => method !== "GET" && method !== "DELETE");

describe.each(bodies)("a request with %s", (_, body, type) => {
  it("is refused, or taken, and never breaks the API", async () => {
    const broken: string[] = [];
    for (const { method, path } of writing) {
      const url = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, (_match, name: string) => parameters[name] ?? "none");
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const { status, errors } = await cloud.call(method, url, body, headers);
      if (status >= 500 && status !== 501) broken.push(`${method} ${path}: ${status} ${JSON.stringify(errors)}`);
    }
    expect(broken).toEqual([]);
  });
});

describe("every route", () => {
  it("asks for a token, except where the API does not", async () => {
    const open: string[] = [];
    for (const { method, path, anonymous } of apiRoutes) {
      const url = path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "none");
      const { status } = await cloud.call(method, url, undefined, { authorization: "" });
      if (!anonymous && status !== 400) open.push(`${method} ${path}: ${status}`);
    }
    expect(open).toEqual([]);
  });

  it("is reached by its own handler: no route stands in the way of another", () => {
    const shape = (path: string) => path.replaceAll(/:\w+(\{[^}]*\})?/g, ":");
    const seen = new Map<string, string>();
    const doubles = apiRoutes.flatMap(({ method, path }) => {
      const key = `${method} ${shape(path)}`;
      const other = seen.get(key);
      seen.set(key, path);
      return other === undefined ? [] : [`${key}: ${other} and ${path}`];
    });
    expect(doubles).toEqual([]);
  });
});
