import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type JsonMap, Secret } from "../../kit/value.ts";
import { envelope, type Received, refusal, startServer } from "../../testing/http-server.ts";
import { operate } from "../../testing/operate.ts";
import { cloudflare } from "../provider.ts";
import { type TypeName, tokenOf } from "../shapes.ts";

/** The types that the embedded cloud does not serve, on an API of a few lines. */
let server: Awaited<ReturnType<typeof startServer>>;
const stored = new Map<string, JsonMap>();

beforeEach(async () => {
  stored.clear();
  server = await startServer(answer);
});
afterEach(() => server.stop());

function answer({ method, path, body }: Received) {
  const sent: JsonMap = body.length > 0 ? JSON.parse(String(body)) : {};
  if (method === "POST") {
    const made = { ...sent, id: "made-1", sitekey: "made-1", secret: "canary", name_servers: ["ns1"] };
    stored.set(`${path}/made-1`, made);
    return envelope(made);
  }
  const before = stored.get(path);
  if (!before) return refusal(404, 1001, "not found");
  if (method === "DELETE") stored.delete(path);
  if (method === "PUT" || method === "PATCH") stored.set(path, { ...before, ...sent });
  return envelope(stored.get(path) ?? null);
}

const resource = (type: TypeName) =>
  operate(cloudflare, { baseUrl: server.baseUrl, apiToken: "t".repeat(40) }, tokenOf(type));

describe.each<[TypeName, JsonMap, JsonMap, string, string]>([
  [
    "Zone",
    { account: { id: "A" }, name: "chitty.cc", type: "full" },
    { paused: true },
    "made-1",
    "PATCH /zones/made-1",
  ],
  [
    "TurnstileWidget",
    { accountId: "A", name: "form", domains: ["chitty.cc"], mode: "managed" },
    { mode: "invisible" },
    "A/made-1",
    "PUT /accounts/A/challenges/widgets/made-1",
  ],
])("%s", (type, inputs, change, importId, updateLine) => {
  it("lives from creation to deletion without a change that nobody made", async () => {
    const made = await resource(type).create(inputs);
    expect(made.id).toBe("made-1");
    expect(await resource(type).read(made)).toEqual(made);
    expect((await resource(type).import(importId))?.inputs).toEqual(inputs);

    const news = { ...inputs, ...change };
    expect((await resource(type).diff(made, news)).changes).toMatchObject([{ replace: false }]);
    const updated = { ...(await resource(type).update(made, news)), inputs: news };
    const last = server.received.at(-1);
    expect(`${last?.method} ${last?.path}`).toBe(updateLine);
    expect(await resource(type).read(updated)).toEqual(updated);

    await resource(type).delete(updated);
    expect(await resource(type).read(updated)).toBeUndefined();
  });
});

it("a PATCH says only what changes", async () => {
  const inputs = { account: { id: "A" }, name: "chitty.cc", type: "full" };
  const made = await resource("Zone").create(inputs);
  await resource("Zone").update(made, { ...inputs, paused: true });
  expect(JSON.parse(String(server.received.at(-1)?.body))).toEqual({ paused: true });
});

it("the secret of a widget is secret", async () => {
  const made = await resource("TurnstileWidget").create({ accountId: "A", name: "form", domains: [], mode: "managed" });
  expect(made.outputs.secret).toEqual(new Secret("canary"));
});
