import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentByPlugin } from "./provenance.ts";
import { openTestCloud, scriptForm, type TestCloud } from "./test-cloud.ts";

/** One request that the official plugin was seen to send, and what a permissive stub answered. */
interface Exchange {
  request: string;
  type?: string;
  "cf-r2-jurisdiction"?: string;
  body?: unknown;
  status?: number;
  result: unknown;
}
interface Part {
  headers: string[];
  body: unknown;
}

const file = fileURLToPath(new URL("./fixtures/official-plugin-traffic.json", import.meta.url));
const { phases } = JSON.parse(readFileSync(file, "utf8")) as { phases: Record<string, Exchange[]> };

/** Members that the stub put into every answer, or made up; the real API has others or other values. */
const stubOnly = new Set([
  "id",
  "created_on",
  "modified_on",
  "created_at",
  "updated_at",
  "aud",
  "cert_id",
  "created_by",
  "createdAt",
  "creation_date",
  "consumer_id",
  "consumers",
  "consumers_total_count",
  "environment",
  "etag",
  "handlers",
  "issued_on",
  "last_updated",
  "modified_by",
  "namespace_id",
  "queueName",
  "queue_id",
  "queueId",
  "raw",
  "ref",
  "ruleId",
  "startup_time_ms",
  "storageClass",
  "uuid",
  "value",
  "version",
  "password",
  "producers",
  "producers_total_count",
]);

let cloud: TestCloud;
/** Ids of the recording to ours. */
const ids = new Map<string, string>();

beforeAll(async () => {
  cloud = openTestCloud("chitty.cc");
  ids.set("A", cloud.account).set("Z", cloud.zone);
  cloud.runtime.verdict = () => ({ ok: true, handlers: ["fetch", "queue", "scheduled"], classes: ["Room"] });
  // What the recorded stack took for granted.
  await cloud.call("PUT", "/accounts/:account/workers/scripts/tail", scriptForm("export default {}"));
  await cloud.call("POST", "/accounts/:account/queues", { queue_name: "dlq" });
});
afterAll(() => cloud.close());

function ours(text: string): string {
  let path = text;
  for (const [theirs, mine] of ids) {
    path = theirs.length === 1 ? path.replace(new RegExp(`/${theirs}/`), `/${mine}/`) : path.replaceAll(theirs, mine);
  }
  return path;
}

function bodyOf({ type, body }: Exchange): unknown {
  if (type !== "multipart/form-data")
    return body === undefined ? undefined : JSON.parse(ours(withAccount(JSON.stringify(body))));
  const form = new FormData();
  for (const { headers, body: content } of body as Part[]) {
    const text = typeof content === "string" ? content : ours(JSON.stringify(content));
    const name = /name="([^"]+)"/.exec(String(headers[0]))?.[1] ?? "";
    const filename = /filename="([^"]+)"/.exec(String(headers[0]))?.[1];
    const contentType =
      headers.find((header) => header.startsWith("Content-Type"))?.replace("Content-Type: ", "") ?? "";
    if (filename) form.append(name, new Blob([text], { type: contentType }), filename);
    else form.append(name, text);
  }
  return form;
}

/** In bodies the account and zone stand as single letters too. */
function withAccount(text: string): string {
  return text
    .replace("api.account.A", `api.account.${cloud.account}`)
    .replace('"zone_id":"Z"', `"zone_id":"${cloud.zone}"`);
}

/** Every member that the recording has and that is not the stub's own, in the same place with the same value. */
function essence(recorded: unknown, answered: unknown, path = ""): string[] {
  if (Array.isArray(recorded)) {
    if (!Array.isArray(answered) || answered.length !== recorded.length)
      return [`${path}: ${JSON.stringify(answered)}`];
    return recorded.flatMap((item, index) => essence(item, answered[index], `${path}[${index}]`));
  }
  if (typeof recorded === "object" && recorded !== null) {
    if (typeof answered !== "object" || answered === null) return [`${path}: ${JSON.stringify(answered)}`];
    return Object.entries(recorded)
      .filter(([member]) => !stubOnly.has(member))
      .flatMap(([member, value]) => essence(value, (answered as Record<string, unknown>)[member], `${path}.${member}`));
  }
  const expected = typeof recorded === "string" ? ours(withAccount(recorded)) : recorded;
  const same =
    expected === answered || (expected === null && answered === undefined) || ids.get(String(recorded)) === answered;
  return same ? [] : [`${path}: found ${JSON.stringify(answered)}, recorded ${JSON.stringify(expected)}`];
}

/** Objects are known by these members, in this order. */
function idOf(result: unknown): string | undefined {
  const { uuid, queue_id, consumer_id, id } = (result ?? {}) as Record<string, unknown>;
  const found = consumer_id ?? uuid ?? queue_id ?? id;
  return found === undefined ? undefined : String(found);
}

describe.each(["create", "refresh", "update", "destroy"])(
  "what the official plugin sends to %s its resources",
  (phase) => {
    const exchanges = phases[phase] ?? [];

    it.each(exchanges.map((exchange, index) => [`${index + 1} ${exchange.request}`, exchange] as const))(
      "%s",
      async (_, exchange) => {
        const [method = "", path = ""] = exchange.request.split(" ");
        const jurisdiction = exchange["cf-r2-jurisdiction"];
        const headers = jurisdiction ? { "cf-r2-jurisdiction": jurisdiction } : {};
        const answer = await cloud.call(method, ours(path), bodyOf(exchange), headers as Record<string, string>);
        const expected = exchange.status ?? (answer.status === 204 ? 204 : 200);
        expect({ status: answer.status, errors: expected < 400 ? answer.errors : [] }).toEqual({
          status: expected,
          errors: [],
        });
        if (method === "POST" || path.endsWith("/workers/domains")) {
          const [theirs, mine] = [idOf(exchange.result), idOf(answer.result)];
          if (theirs && mine) ids.set(theirs, mine);
        }
        const isShape = typeof exchange.result === "object" && !("raw" in (exchange.result ?? {}));
        if (isShape && method !== "DELETE") expect(essence(exchange.result, answer.result)).toEqual([]);
      },
    );
  },
);

it("marks as recorded what the plugin sent", () => {
  const used = new Set(cloud.requestLog.entries().map(({ method, route }) => `${method} ${route}`));
  expect([...used].sort()).toEqual([...sentByPlugin].sort());
});
