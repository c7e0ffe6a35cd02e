import Cloudflare from "cloudflare";
import { describe, expect, it } from "vitest";
import { openApi } from "../../providers/neon/api/open-api.ts";
import { neon } from "../../providers/neon/provider.ts";
import type { Clouds } from "../cloud/clouds.ts";
import { adopt, type Deployment, isInState, type StateResource } from "./deployment.ts";
import { isKnownType, judge } from "./interrupted-creates.ts";

const kv = "cloudflare:index/workersKvNamespace:WorkersKvNamespace";
const urn = (type: string, name: string) => `urn:pulumi:local::chittyops::${type}::${name}`;
const everything = { everything: true, since: 0 };

/** A cloud that answers every list with these items, whatever is asked. */
function cloudWith(items: unknown[]): { cloud: Clouds; asked: string[] } {
  const asked: string[] = [];
  const fetch = async (request: string | URL | Request) => {
    const url = new URL(request instanceof Request ? request.url : request);
    asked.push(url.pathname);
    const result = Number(url.searchParams.get("page") ?? 1) > 1 ? [] : items;
    return Response.json({
      success: true,
      errors: [],
      messages: [],
      result,
      result_info: { page: 1, per_page: 50, count: result.length },
    });
  };
  const baseURL = "http://127.0.0.1:1/client/v4";
  return {
    cloud: {
      cloudflare: new Cloudflare({ apiToken: "t".repeat(40), baseURL, fetch, maxRetries: 0 }),
      neon: openApi({ apiKey: "", baseUrl: "http://127.0.0.1:1/api/v2" }),
    },
    asked,
  };
}

const cache: StateResource = {
  urn: urn(kv, "cache"),
  type: kv,
  custom: true,
  inputs: { accountId: "a", title: "finance-cache" },
  parent: urn("pulumi:pulumi:Stack", "chittyops-local"),
  dependencies: ["urn:x"],
};

describe("judge", () => {
  it("forgets a namespace that was never made", async () => {
    const { cloud, asked } = cloudWith([{ id: "1", title: "other" }]);
    expect(await judge(cloud, {}, cache, everything)).toMatchObject({ kind: "forget" });
    expect(new Set(asked)).toEqual(new Set(["/client/v4/accounts/a/storage/kv/namespaces"]));
  });

  it("looks for a bucket where the jurisdiction that it was to be in is listed", async () => {
    const { cloud } = cloudWith([]);
    const fetch = async (_request: unknown, init?: RequestInit) => {
      const there = new Headers(init?.headers).get("cf-r2-jurisdiction") === "fedramp";
      const buckets = there ? [{ name: "records" }] : [];
      return Response.json({ success: true, errors: [], messages: [], result: { buckets } });
    };
    const cloudflare = new Cloudflare({ apiToken: "t".repeat(40), baseURL: "http://127.0.0.1:1/client/v4", fetch });
    const type = "cloudflare:index/r2Bucket:R2Bucket";
    const bucket = (inputs: Record<string, string>) => ({ urn: urn(type, "records"), type, custom: true, inputs });
    const of = (inputs: Record<string, string>) =>
      judge({ ...cloud, cloudflare }, {}, bucket({ accountId: "a", name: "records", ...inputs }), everything);
    expect(await of({ jurisdiction: "fedramp" })).toMatchObject({ kind: "adopt", found: { id: "records" } });
    expect(await of({})).toMatchObject({ kind: "forget" });
  });

  it("adopts the namespace that was made while the answer got lost", async () => {
    const { cloud } = cloudWith([
      { id: "1", title: "other" },
      { id: "2", title: "finance-cache" },
    ]);
    expect(await judge(cloud, {}, cache, everything)).toMatchObject({
      kind: "adopt",
      label: "KV namespace finance-cache",
      found: { id: "2" },
      doubles: [],
    });
  });

  it("leaves alone what the state has already", async () => {
    const { cloud } = cloudWith([{ id: "2", title: "finance-cache" }]);
    const state: Deployment = { resources: [{ ...cache, id: "2" }] };
    expect(await judge(cloud, state, cache, everything)).toMatchObject({ kind: "forget" });
  });

  it("refuses to take over what nothing proves to be ours", async () => {
    const { cloud } = cloudWith([{ id: "2", title: "finance-cache" }]);
    expect(await judge(cloud, {}, cache, { everything: false, since: Date.now() })).toMatchObject({ kind: "foreign" });
  });

  const policy: StateResource = {
    urn: urn("cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy", "staff"),
    type: "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy",
    custom: true,
    inputs: { accountId: "a", name: "staff", decision: "allow" },
  };
  const started = Date.parse("2026-11-22T10:00:00Z");

  it("adopts the first of two made by the run and names the other a double, but not an older one of the same name", async () => {
    const { cloud } = cloudWith([
      { id: "old", name: "staff", created_at: "2025-01-01T00:00:00Z" },
      { id: "second", name: "staff", created_at: "2026-11-22T10:00:05Z" },
      { id: "first", name: "staff", created_at: "2026-11-22T10:00:01Z" },
    ]);
    expect(await judge(cloud, {}, policy, { everything: false, since: started })).toMatchObject({
      kind: "adopt",
      found: { id: "first" },
      doubles: [{ id: "second" }],
    });
  });

  it("makes a token again, since its value was shown only once", async () => {
    const type = "cloudflare:index/accountToken:AccountToken";
    const { cloud } = cloudWith([{ id: "t1", name: "tail", issued_on: "2026-11-22T10:00:01Z" }]);
    const token: StateResource = {
      urn: urn(type, "tail"),
      type,
      custom: true,
      inputs: { accountId: "a", name: "tail" },
    };
    expect(await judge(cloud, {}, token, { everything: false, since: started })).toMatchObject({ kind: "remake" });
  });

  it("adopts a script only when its migrations were applied: an upload without any can be sent again", async () => {
    const type = "cloudflare:index/workersScript:WorkersScript";
    const { cloud } = cloudWith([{ id: "finance", migration_tag: "v2" }]);
    const script = (newTag?: string): StateResource => ({
      urn: urn(type, "finance"),
      type,
      custom: true,
      inputs: { accountId: "a", scriptName: "finance", ...(newTag ? { migrations: { newTag } } : {}) },
    });
    expect(await judge(cloud, {}, script("v2"), everything)).toMatchObject({ kind: "adopt", found: { id: "finance" } });
    expect(await judge(cloud, {}, script("v3"), everything)).toMatchObject({ kind: "forget" });
    expect(await judge(cloud, {}, script(), everything)).toMatchObject({ kind: "forget" });
  });
});

describe("adopt", () => {
  it("keeps everything the engine knew about the resource", () => {
    const { resources = [] } = adopt({}, cache, { id: "2" });
    expect(resources).toEqual([{ ...cache, id: "2", outputs: cache.inputs }]);
  });

  it("leaves out secrets that were hidden from it, and keeps encrypted ones", () => {
    const hidden = { ciphertext: "[secret]" };
    const kept = { ciphertext: "v1:a:b" };
    const inputs = { name: "n", origin: { host: "h", password: hidden, user: kept }, token: hidden };
    const { resources = [] } = adopt({}, { ...cache, inputs }, { id: "2" });
    expect(resources?.[0]?.inputs).toEqual({ name: "n", origin: { host: "h", user: kept } });
    expect(JSON.stringify(resources)).not.toContain("[secret]");
  });

  it("leaves the resource it replaces to be deleted", () => {
    const dependent = { urn: "urn:dependent", type: "x", custom: false };
    const { resources } = adopt({ resources: [{ ...cache, id: "1" }, dependent] }, cache, { id: "2" });
    expect(resources?.map(({ urn, id, delete: gone }) => ({ urn, id, gone }))).toEqual([
      { urn: cache.urn, id: "2", gone: undefined },
      { urn: "urn:dependent", id: undefined, gone: undefined },
      { urn: cache.urn, id: "1", gone: true },
    ]);
  });

  it("does not keep one that was deleted before its replacement", () => {
    const { resources } = adopt({ resources: [{ ...cache, id: "1", pendingReplacement: true }] }, cache, { id: "2" });
    expect(resources?.map(({ id }) => id)).toEqual(["2"]);
  });
});

describe("isInState", () => {
  it("knows a queue consumer by its consumer id, since its own id says nothing", () => {
    const state: Deployment = {
      resources: [{ urn: "u", type: "q", custom: true, id: "missing ID", outputs: { consumerId: "c1" } }],
    };
    expect(isInState(state, "q", { id: "c1", outputs: { consumerId: "c1" } })).toBe(true);
    expect(isInState(state, "q", { id: "c2", outputs: { consumerId: "c2" } })).toBe(false);
  });
});

describe("isKnownType", () => {
  it("knows types that live in the state alone, and no Cloudflare type that nobody thought about", () => {
    expect(isKnownType("random:index/randomPassword:RandomPassword")).toBe(true);
    expect(isKnownType("cloudflare:index/zoneSetting:ZoneSetting")).toBe(true);
    expect(isKnownType("cloudflare:index/turnstileWidget:TurnstileWidget")).toBe(false);
    expect(isKnownType("neon:index:Nothing")).toBe(false);
    for (const type of Object.keys(neon().resources)) expect(isKnownType(type), type).toBe(true);
  });
});
