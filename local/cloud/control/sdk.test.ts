import Cloudflare from "cloudflare";
import { toFile } from "cloudflare/uploads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestCloud, type TestCloud } from "./test-cloud.ts";

/** The `cloudflare` SDK, unchanged, as a second client: what it types is what it gets. */
let cloud: TestCloud;
let client: Cloudflare;
let account: { account_id: string };
let zone: { zone_id: string };

beforeAll(() => {
  cloud = openTestCloud();
  account = { account_id: cloud.account };
  zone = { zone_id: cloud.zone };
  client = clientWith(cloud.token);
});
afterAll(() => {
  expect(cloud.requestLog.unknown()).toEqual([]);
  cloud.close();
});

function clientWith(apiToken: string): Cloudflare {
  return new Cloudflare({
    apiToken,
    baseURL: "http://127.0.0.1/client/v4",
    maxRetries: 0,
    // The SDK tries forms on a `data:` URL first.
    fetch: async (input, init) =>
      String(input).startsWith("data:") ? fetch(input, init) : cloud.app.fetch(new Request(input, init)),
  });
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

const code = "export default { fetch() {}, queue() {} }\nexport class Room {}\nexport class Flow {}";
const moduleFile = () => toFile(Buffer.from(code), "worker.mjs", { type: "application/javascript+module" });

/** The SDK takes the list of deployments for a page of items, which it is not. */
async function deployedVersion(name: string): Promise<string | undefined> {
  const page = await client.workers.scripts.deployments.list(name, account);
  const { deployments } = page.result as unknown as { deployments: { versions: { version_id: string }[] }[] };
  return deployments[0]?.versions[0]?.version_id;
}

/** The SDK says `application/javascript` of every upload; a form must say what it is itself. */
const asForm = { headers: { "content-type": null } };

async function upload(name: string, metadata: Record<string, unknown> = {}): Promise<void> {
  const form = { main_module: "worker.mjs", compatibility_date: "2026-01-01", ...metadata };
  const body = { ...account, metadata: form, files: [await moduleFile()] };
  await client.workers.scripts.update(name, body as never, asForm);
}

describe("accounts", () => {
  it("shows who asks and which accounts there are", async () => {
    expect(await client.user.tokens.verify()).toMatchObject({ status: "active" });
    expect(await all(client.accounts.list())).toMatchObject([{ id: cloud.account, name: "chittyos" }]);
    expect(await all(client.memberships.list())).toHaveLength(1);
  });

  it("makes tokens that authenticate for what their policies say, until they are deleted", async () => {
    const made = await client.accounts.tokens.create({
      ...account,
      name: "deploy",
      policies: [
        {
          effect: "allow",
          permission_groups: [{ id: "e086da7e2179491d91ee5f35b3ca210a" }],
          resources: { [`com.cloudflare.api.account.${cloud.account}`]: "*" },
        },
      ],
    });
    const theirs = clientWith(String(made.value));
    expect(await theirs.accounts.tokens.verify(account)).toMatchObject({ id: made.id, status: "active" });
    expect(await all(theirs.kv.namespaces.list(account))).toEqual([]);
    await expect(theirs.accounts.get({ account_id: cloud.otherAccount })).rejects.toThrow(/9109/);
    const rolled = await client.accounts.tokens.value.update(String(made.id), account);
    await expect(theirs.accounts.get(account)).rejects.toThrow(/1000/);
    expect(await clientWith(String(rolled)).accounts.get(account)).toMatchObject({ id: cloud.account });
    expect(JSON.stringify(await client.accounts.tokens.get(String(made.id), account))).not.toContain(made.value);
    await client.accounts.tokens.delete(String(made.id), account);
    await expect(clientWith(String(rolled)).accounts.get(account)).rejects.toThrow(/1000/);
  });

  it("refuses a token for another account", async () => {
    const policies = [
      {
        effect: "allow" as const,
        permission_groups: [{ id: "e086da7e2179491d91ee5f35b3ca210a" }],
        resources: { [`com.cloudflare.api.account.${cloud.otherAccount}`]: "*" },
      },
    ];
    await expect(client.accounts.tokens.create({ ...account, name: "theirs", policies })).rejects.toThrow(
      /not of this account/,
    );
  });
});

describe("KV", () => {
  it("keeps namespaces, values, metadata and bulk writes", async () => {
    const { id } = await client.kv.namespaces.create({ ...account, title: "kv" });
    const inside = { ...account, namespace_id: id };
    await expect(client.kv.namespaces.create({ ...account, title: "kv" })).rejects.toThrow(/10014/);
    await client.kv.namespaces.values.update("a/b", { ...inside, value: "one", metadata: "{}" });
    expect(await (await client.kv.namespaces.values.get("a/b", inside)).text()).toBe("one");
    await client.kv.namespaces.keys.bulkUpdate(id, { ...account, body: [{ key: "c", value: "Mg==", base64: true }] });
    expect(await all(client.kv.namespaces.keys.list(id, account))).toMatchObject([{ name: "a/b" }, { name: "c" }]);
    expect(await client.kv.namespaces.keys.bulkGet(id, { ...account, keys: ["c", "none"] })).toEqual({
      values: { c: "2", none: null },
    });
    await client.kv.namespaces.keys.bulkDelete(id, { ...account, body: ["c"] });
    await client.kv.namespaces.values.delete("a/b", inside);
    await expect(client.kv.namespaces.values.get("a/b", inside)).rejects.toThrow(/10009/);
    await client.kv.namespaces.update(id, { ...account, title: "renamed" });
    await client.kv.namespaces.delete(id, account);
    await expect(client.kv.namespaces.get(id, account)).rejects.toThrow(/10013/);
  });
});

describe("R2", () => {
  it("keeps buckets with their rules, and refuses to delete one with objects", async () => {
    const bucket = await client.r2.buckets.create({ ...account, name: "docs", storageClass: "Standard" });
    expect(bucket).toMatchObject({ name: "docs", jurisdiction: "default" });
    await expect(client.r2.buckets.create({ ...account, name: "docs" })).rejects.toThrow(/10004/);
    await expect(client.r2.buckets.create({ ...account, name: "Not_A_Name" })).rejects.toThrow(/10005/);
    await client.r2.buckets.create({ ...account, name: "docs", "cf-r2-jurisdiction": "eu" });
    expect((await client.r2.buckets.list(account)).buckets).toHaveLength(1);
    await expect(client.r2.buckets.cors.get("docs", account)).rejects.toThrow(/10059/);
    await client.r2.buckets.cors.update("docs", {
      ...account,
      rules: [{ allowed: { methods: ["GET"], origins: ["*"] } }],
    });
    expect((await client.r2.buckets.cors.get("docs", account)).rules).toHaveLength(1);
    await client.r2.buckets.lifecycle.update("docs", {
      ...account,
      rules: [
        {
          id: "old",
          enabled: true,
          conditions: { prefix: "" },
          deleteObjectsTransition: { condition: { type: "Age", maxAge: 86_400 } },
        },
      ],
    });
    expect((await client.r2.buckets.lifecycle.get("docs", account)).rules).toMatchObject([{ id: "old" }]);
    await client.r2.buckets.domains.managed.update("docs", { ...account, enabled: true });
    await client.r2.buckets.domains.custom.create("docs", {
      ...account,
      domain: "docs.chitty.localhost",
      enabled: true,
      zoneId: cloud.zone,
    });
    expect((await client.r2.buckets.domains.custom.list("docs", account)).domains).toHaveLength(1);
    await cloud.call("PUT", "/accounts/:account/r2/buckets/docs/objects/a/b.txt", "text");
    await expect(client.r2.buckets.delete("docs", account)).rejects.toThrow(/10008/);
    await cloud.call("DELETE", "/accounts/:account/r2/buckets/docs/objects/a/b.txt");
    await client.r2.buckets.delete("docs", account);
    await expect(client.r2.buckets.get("docs", account)).rejects.toThrow(/10006/);
  });

  it("keeps a locked object from being deleted or overwritten until its time is over", async () => {
    await client.r2.buckets.create({ ...account, name: "records" });
    await client.r2.buckets.locks.update("records", {
      ...account,
      rules: [{ id: "keep", enabled: true, prefix: "case/", condition: { type: "Age", maxAgeSeconds: 3600 } }],
    });
    const object = "/accounts/:account/r2/buckets/records/objects/case/1";
    expect((await cloud.call("PUT", object, "evidence")).status).toBe(200);
    expect(await cloud.call("DELETE", object)).toMatchObject({ status: 403, errors: [{ code: 10069 }] });
    expect(await cloud.call("PUT", object, "other")).toMatchObject({ status: 403, errors: [{ code: 10069 }] });
    await cloud.clock.advance(3_700_000);
    expect((await cloud.call("DELETE", object)).status).toBe(200);
  });
});

describe("D1, Hyperdrive and the Secrets Store", () => {
  it("keeps databases and runs queries", async () => {
    const database = await client.d1.database.create({ ...account, name: "db" });
    const id = String(database.uuid);
    await expect(client.d1.database.create({ ...account, name: "db" })).rejects.toThrow(/7502/);
    expect(await all(client.d1.database.list({ ...account, name: "db" }))).toHaveLength(1);
    expect(await all(client.d1.database.query(id, { ...account, sql: "select 1 as one" }))).toMatchObject([
      { results: [{ one: 1 }] },
    ]);
    expect(await all(client.d1.database.raw(id, { ...account, sql: "select 1 as one" }))).toMatchObject([
      { results: { columns: ["one"], rows: [[1]] } },
    ]);
    await expect(all(client.d1.database.query(id, { ...account, sql: "nonsense" }))).rejects.toThrow(
      /7500.*syntax error/s,
    );
    await client.d1.database.delete(id, account);
    await expect(client.d1.database.get(id, account)).rejects.toThrow(/7404/);
  });

  it("never shows the password of a Hyperdrive config", async () => {
    const origin = {
      scheme: "postgres" as const,
      host: "127.0.0.1",
      port: 5432,
      database: "x",
      user: "u",
      password: "planted-pw",
    };
    const made = await client.hyperdrive.configs.create({ ...account, name: "hd", origin });
    const edited = await client.hyperdrive.configs.edit(made.id, { ...account, name: "hd2" });
    const shown = [
      made,
      edited,
      await client.hyperdrive.configs.get(made.id, account),
      await all(client.hyperdrive.configs.list(account)),
    ];
    expect(JSON.stringify(shown)).not.toContain("planted");
    expect(edited).toMatchObject({ name: "hd2", origin: { host: "127.0.0.1", user: "u" } });
    await upload("db-reader", { bindings: [{ type: "hyperdrive", name: "DB", id: made.id }] });
    expect(cloud.store.desiredState().scripts[0]?.versions[0]?.spec.bindings).toMatchObject([
      { origin: { password: "planted-pw" } },
    ]);
    await client.workers.scripts.delete("db-reader", account);
    await client.hyperdrive.configs.delete(made.id, account);
    await expect(client.hyperdrive.configs.get(made.id, account)).rejects.toThrow(/2006/);
  });

  it("takes and answers secrets as arrays, and keeps a store that has any", async () => {
    const store = await client.secretsStore.stores.create({ ...account, name: "shared" });
    const body = [{ name: "API_KEY", value: "planted-key", scopes: ["workers" as const] }];
    const [secret] = await all(client.secretsStore.stores.secrets.create(store.id, { ...account, body }));
    expect(JSON.stringify(secret)).not.toContain("planted");
    await expect(all(client.secretsStore.stores.secrets.create(store.id, { ...account, body }))).rejects.toThrow(
      /1003/,
    );
    await upload("keyed", {
      bindings: [{ type: "secrets_store_secret", name: "KEY", store_id: store.id, secret_name: "API_KEY" }],
    });
    expect(cloud.store.desiredState().scripts[0]?.versions[0]?.spec.bindings).toMatchObject([{ value: "planted-key" }]);
    await client.workers.scripts.delete("keyed", account);
    await expect(client.secretsStore.stores.delete(store.id, account)).rejects.toThrow(/409/);
    await client.secretsStore.stores.secrets.edit(String(secret?.id), { ...account, store_id: store.id, comment: "c" });
    await client.secretsStore.stores.secrets.delete(String(secret?.id), { ...account, store_id: store.id });
    await client.secretsStore.stores.delete(store.id, account);
  });
});

describe("Queues", () => {
  it("keeps queues, and one consumer whose script and dead letter queue exist", async () => {
    const jobs = await client.queues.create({ ...account, queue_name: "jobs" });
    const id = String(jobs.queue_id);
    await expect(client.queues.create({ ...account, queue_name: "jobs" })).rejects.toThrow(/11009/);
    await expect(client.queues.create({ ...account, queue_name: "Jobs!" })).rejects.toThrow(/11003/);
    const consumer = { ...account, type: "worker" as const, script_name: "eater", dead_letter_queue: "dlq" };
    await expect(client.queues.consumers.create(id, consumer)).rejects.toThrow(/10007/);
    await upload("eater", { bindings: [{ type: "queue", name: "JOBS", queue_name: "jobs" }] });
    await expect(client.queues.consumers.create(id, consumer)).rejects.toThrow(/11000/);
    const dead = await client.queues.create({ ...account, queue_name: "dlq" });
    const made = await client.queues.consumers.create(id, consumer);
    await expect(client.queues.consumers.create(id, consumer)).rejects.toThrow(/11004/);
    expect(cloud.store.desiredState().queues).toMatchObject([
      {
        name: "jobs",
        consumers: [{ scriptKey: `${cloud.account}/eater`, deadLetterQueue: "dlq", maxBatchTimeout: 5 }],
      },
      { name: "dlq", consumers: [] },
    ]);
    await expect(client.queues.delete(String(dead.queue_id), account)).rejects.toThrow(/11005/);
    await expect(client.queues.delete(id, account)).rejects.toThrow(/11005/);
    await expect(client.workers.scripts.delete("eater", account)).rejects.toThrow(/10064/);
    await client.queues.consumers.delete(String(made.consumer_id), { ...account, queue_id: id });
    await client.workers.scripts.delete("eater", account);
    for (const queue of await all(client.queues.list(account)))
      await client.queues.delete(String(queue.queue_id), account);
  });
});

describe("Workers", () => {
  it("keeps versions, deploys them by percentage and rolls back", async () => {
    await upload("svc", { bindings: [{ type: "plain_text", name: "MODE", text: "one" }] });
    const { id: second } = await client.workers.scripts.versions.create("svc", {
      ...account,
      metadata: { main_module: "worker.mjs", bindings: [{ type: "plain_text", name: "MODE", text: "two" }] },
      files: [await moduleFile()],
    } as never);
    const first = await deployedVersion("svc");
    const versions = [
      { version_id: String(first), percentage: 90 },
      { version_id: String(second), percentage: 10 },
    ];
    await client.workers.scripts.deployments.create("svc", { ...account, strategy: "percentage", versions });
    expect(cloud.store.desiredState().scripts.find(({ scriptName }) => scriptName === "svc")?.versions).toMatchObject([
      { percentage: 90, spec: { bindings: [{ text: "one" }] } },
      { percentage: 10, spec: { bindings: [{ text: "two" }] } },
    ]);
    const tooMuch = {
      ...account,
      strategy: "percentage" as const,
      versions: [{ version_id: String(first), percentage: 50 }],
    };
    await expect(client.workers.scripts.deployments.create("svc", tooMuch)).rejects.toThrow(/percentages add up to 50/);
  });

  it("keeps secrets over uploads that say so, and never shows them", async () => {
    await upload("svc");
    await client.workers.scripts.secrets.update("svc", {
      ...account,
      name: "TOKEN",
      text: "planted-secret",
      type: "secret_text",
    });
    await upload("svc", { keep_bindings: ["secret_text"] });
    expect(await all(client.workers.scripts.secrets.list("svc", account))).toEqual([
      { name: "TOKEN", type: "secret_text" },
    ]);
    const shown = await Promise.all([
      client.workers.scripts.settings.get("svc", account),
      client.workers.scripts.scriptAndVersionSettings.get("svc", account),
      all(client.workers.scripts.list(account)),
    ]);
    expect(JSON.stringify(shown)).not.toContain("planted");
    await client.workers.scripts.secrets.bulkUpdate("svc", { ...account, secrets: { TOKEN: null } });
    expect(await all(client.workers.scripts.secrets.list("svc", account))).toEqual([]);
    await expect(client.workers.scripts.secrets.delete("TOKEN", { ...account, script_name: "svc" })).rejects.toThrow(
      /10056/,
    );
  });

  it("runs on schedules that Cloudflare would take", async () => {
    await client.workers.scripts.schedules.update("svc", { ...account, body: [{ cron: "*/5 * * * MON-FRI" }] });
    expect((await client.workers.scripts.schedules.get("svc", account)).schedules).toMatchObject([
      { cron: "*/5 * * * MON-FRI" },
    ]);
    for (const cron of ["0 0 * * 0", "* * * *", "61 * * * *"]) {
      await expect(client.workers.scripts.schedules.update("svc", { ...account, body: [{ cron }] })).rejects.toThrow(
        /10100/,
      );
    }
  });

  it("answers on routes and custom domains, each of one script", async () => {
    const route = await client.workers.routes.create({ ...zone, pattern: "api.chitty.localhost/*", script: "svc" });
    await expect(
      client.workers.routes.create({ ...zone, pattern: "api.chitty.localhost/*", script: "svc" }),
    ).rejects.toThrow(/10020/);
    await expect(
      client.workers.routes.create({ ...zone, pattern: "elsewhere.example/*", script: "svc" }),
    ).rejects.toThrow(/10022/);
    await expect(
      client.workers.routes.create({ ...zone, pattern: "b.chitty.localhost/*", script: "none" }),
    ).rejects.toThrow(/10019/);
    await client.dns.records.create({ ...zone, type: "A", name: "taken", content: "192.0.2.1", ttl: 1 });
    const domain = { ...account, service: "svc", environment: "production", zone_id: cloud.zone };
    await expect(client.workers.domains.update({ ...domain, hostname: "taken.chitty.localhost" })).rejects.toThrow(
      /100117/,
    );
    const attached = await client.workers.domains.update({ ...domain, hostname: "svc.chitty.localhost" });
    expect(cloud.store.desiredState()).toMatchObject({
      routes: [{ pattern: "api.chitty.localhost/*", zoneName: "chitty.localhost", scriptKey: `${cloud.account}/svc` }],
      domains: [{ hostname: "svc.chitty.localhost", scriptKey: `${cloud.account}/svc` }],
    });
    await client.workers.routes.delete(String(route.id), zone);
    await client.workers.domains.delete(String(attached.id), account);
  });

  it("migrates Durable Object classes by tag", async () => {
    const room = { type: "durable_object_namespace", name: "ROOM", class_name: "Room" };
    await upload("rooms", { bindings: [room], migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] } });
    expect(await all(client.durableObjects.namespaces.list(account))).toMatchObject([
      { class: "Room", script: "rooms", use_sqlite: true },
    ]);
    await expect(upload("rooms", { migrations: { new_tag: "v2", new_sqlite_classes: ["Flow"] } })).rejects.toThrow(
      /10079/,
    );
    await expect(
      upload("rooms", { migrations: { old_tag: "v1", new_tag: "v2", new_sqlite_classes: ["Room"] } }),
    ).rejects.toThrow(/10074/);
    await expect(
      upload("rooms", { migrations: { old_tag: "v1", new_tag: "v2", new_classes: ["None"] } }),
    ).rejects.toThrow(/10070/);
    await upload("rooms", { migrations: { old_tag: "v1", new_tag: "v2", deleted_classes: ["Room"] } });
    expect(await all(client.durableObjects.namespaces.list(account))).toEqual([]);
    expect(cloud.runtime.dropped.filter((dropped) => dropped.startsWith("durable-object:"))).toHaveLength(1);
  });

  it("keeps workflows of scripts that export their class", async () => {
    await upload("flows");
    const workflow = { ...account, script_name: "flows", class_name: "Flow" };
    expect(await client.workflows.update("flow", workflow)).toMatchObject({ name: "flow", class_name: "Flow" });
    await expect(client.workflows.update("flow", { ...workflow, class_name: "None" })).rejects.toThrow(
      /does not export/,
    );
    expect(await all(client.workflows.list(account))).toHaveLength(1);
    await client.workflows.delete("flow", account);
    await expect(client.workflows.get("flow", account)).rejects.toThrow(/10200/);
  });

  it("refuses to delete a script that others are bound to, unless forced", async () => {
    await upload("caller", { bindings: [{ type: "service", name: "SVC", service: "svc" }] });
    await expect(client.workers.scripts.delete("svc", account)).rejects.toThrow(/caller/);
    await client.workers.scripts.delete("svc", { ...account, force: true });
    await client.workers.scripts.delete("caller", account);
  });

  it("serves the newer API of Workers, versions and deployments", async () => {
    const worker = await client.workers.beta.workers.create({ ...account, name: "newer", tags: ["t"] });
    await expect(client.workers.beta.workers.create({ ...account, name: "newer" })).rejects.toThrow(/already exists/);
    const version = await client.workers.beta.workers.versions.create(worker.id, {
      ...account,
      main_module: "worker.mjs",
      compatibility_date: "2026-01-01",
      modules: [
        {
          name: "worker.mjs",
          content_type: "application/javascript+module",
          content_base64: Buffer.from(code).toString("base64"),
        },
      ],
    });
    expect(cloud.store.desiredState().scripts.some(({ scriptName }) => scriptName === "newer")).toBe(false);
    const versions = [{ version_id: version.id, percentage: 100 }];
    await client.workers.scripts.deployments.create("newer", { ...account, strategy: "percentage", versions });
    expect(cloud.store.desiredState().scripts.some(({ scriptName }) => scriptName === "newer")).toBe(true);
    const read = await client.workers.beta.workers.versions.get("latest", {
      ...account,
      worker_id: worker.id,
      include: "modules",
    });
    expect(Buffer.from(read.modules?.[0]?.content_base64 ?? "", "base64").toString()).toBe(code);
    expect(await client.workers.beta.workers.edit(worker.id, { ...account, logpush: true } as never)).toMatchObject({
      logpush: true,
      tags: ["t"],
    });
    await client.workers.beta.workers.delete(worker.id, account);
  });

  it("keeps scripts inside dispatch namespaces apart from the others", async () => {
    const { namespaces } = client.workersForPlatforms.dispatch;
    await namespaces.create({ ...account, name: "tenants" });
    await expect(namespaces.create({ ...account, name: "tenants" })).rejects.toThrow(/already exists/);
    const tenant = { ...account, dispatch_namespace: "tenants" };
    const metadata = { main_module: "worker.mjs" };
    await namespaces.scripts.update("acme", { ...tenant, metadata, files: [await moduleFile()] } as never, asForm);
    expect(cloud.store.desiredState().scripts.map(({ key }) => key)).toContain(`${cloud.account}/tenants/acme`);
    expect(await namespaces.get("tenants", account)).toMatchObject({ namespace_name: "tenants", script_count: 1 });
    await expect(client.workers.scripts.deployments.list("acme", account)).rejects.toThrow(/10007/);
    await namespaces.delete("tenants", account);
    await expect(namespaces.get("tenants", account)).rejects.toThrow(/100119/);
  });
});

/** The SDK leaves the type of a new ruleset open. */
async function createRuleset(
  params: Parameters<Cloudflare["rulesets"]["create"]>[0],
): Promise<{ id: string; rules: { id: string }[] }> {
  return (await client.rulesets.create(params)) as { id: string; rules: { id: string }[] };
}

describe("zones", () => {
  it("shows zones, and keeps settings that exist with values that they take", async () => {
    expect(await all(client.zones.list({ name: "chitty.localhost" }))).toMatchObject([{ id: cloud.zone }]);
    await expect(client.zones.get({ zone_id: cloud.otherZone })).rejects.toThrow(/9109/);
    await client.zones.settings.edit("min_tls_version", { ...zone, value: "1.2" });
    expect(await client.zones.settings.get("min_tls_version", zone)).toMatchObject({ value: "1.2" });
    await expect(client.zones.settings.edit("min_tls_version", { ...zone, value: "0.9" } as never)).rejects.toThrow(
      /1007/,
    );
    await expect(client.zones.settings.get("no_such_setting", zone)).rejects.toThrow(/1006/);
  });

  it("keeps DNS records that do not clash", async () => {
    const record = { ...zone, type: "CNAME" as const, name: "www", content: "chitty.localhost", ttl: 1 as const };
    const made = await client.dns.records.create(record);
    expect(made).toMatchObject({ name: "www.chitty.localhost", proxiable: true });
    await expect(client.dns.records.create(record)).rejects.toThrow(/81058/);
    await expect(client.dns.records.create({ ...record, type: "A", content: "192.0.2.1" })).rejects.toThrow(/81053/);
    await expect(client.dns.records.create({ ...record, name: "x", type: "A", content: "no address" })).rejects.toThrow(
      /9005/,
    );
    expect(await client.dns.records.edit(made.id, { ...record, comment: "c" } as never)).toMatchObject({
      comment: "c",
    });
    expect(await all(client.dns.records.list({ ...zone, name: { exact: "www.chitty.localhost" } }))).toHaveLength(1);
    await client.dns.records.delete(made.id, zone);
    await expect(client.dns.records.get(made.id, zone)).rejects.toThrow(/81044/);
  });

  it("keeps one entry point ruleset per phase, and the ids of rules by ref", async () => {
    const rule = { action: "block" as const, expression: '(http.request.uri.path eq "/x")', ref: "r1" };
    const made = await createRuleset({
      ...zone,
      kind: "zone",
      name: "waf",
      phase: "http_request_firewall_custom",
      rules: [rule],
    });
    const again = {
      ...zone,
      kind: "zone" as const,
      name: "waf2",
      phase: "http_request_firewall_custom" as const,
      rules: [],
    };
    await expect(client.rulesets.create(again)).rejects.toThrow(/20217/);
    const changed = await client.rulesets.update(made.id, { ...zone, rules: [{ ...rule, description: "d" }] });
    expect(changed).toMatchObject({ version: "2", rules: [{ id: made.rules[0]?.id, version: "2" }] });
    expect(await client.rulesets.phases.get("http_request_firewall_custom", zone)).toMatchObject({ id: made.id });
    await client.rulesets.delete(made.id, zone);
    await expect(client.rulesets.phases.get("http_request_firewall_custom", zone)).rejects.toThrow(/10003/);
    const root = await createRuleset({
      ...account,
      kind: "root",
      name: "account",
      phase: "http_request_firewall_custom",
      rules: [],
    });
    await client.rulesets.delete(root.id, account);
  });

  it("keeps health checks", async () => {
    const check = await client.healthchecks.create({ ...zone, name: "home", address: "chitty.localhost" });
    expect(await client.healthchecks.get(String(check.id), zone)).toMatchObject({ name: "home", type: "HTTP" });
    await client.healthchecks.delete(String(check.id), zone);
  });
});

describe("Access, logs and alerts", () => {
  it("keeps applications whose policies and identity providers exist", async () => {
    const { access, identityProviders } = client.zeroTrust;
    const policy = await access.policies.create({
      ...account,
      name: "staff",
      decision: "allow",
      include: [{ email_domain: { domain: "chitty.cc" } }],
    });
    const provider = await identityProviders.create({
      ...account,
      name: "sso",
      type: "oidc",
      config: { client_id: "i", client_secret: "planted-idp" },
    } as never);
    expect(JSON.stringify([provider, await identityProviders.get(String(provider.id), account)])).not.toContain(
      "planted",
    );
    const app = { ...account, type: "self_hosted" as const, domain: "ops.chitty.localhost", name: "ops" };
    const made = await access.applications.create({
      ...app,
      policies: [{ id: String(policy.id), precedence: 1 }],
      allowed_idps: [String(provider.id)],
    } as never);
    expect(made).toMatchObject({ policies: [{ id: policy.id, name: "staff" }] });
    expect((made as { aud: string }).aud).toMatch(/^[0-9a-f]{64}$/);
    await expect(access.applications.create(app)).rejects.toThrow(/11010/);
    await expect(
      access.applications.create({ ...app, domain: "b.chitty.localhost", policies: [{ id: "none" }] } as never),
    ).rejects.toThrow(/12130/);
    await expect(access.policies.delete(String(policy.id), account)).rejects.toThrow(/ops/);
    await access.applications.delete(String((made as { id: string }).id), account);
    await access.policies.delete(String(policy.id), account);
    await identityProviders.delete(String(provider.id), account);
  });

  it("shows the secret of a service token once", async () => {
    const { serviceTokens } = client.zeroTrust.access;
    const made = await serviceTokens.create({ ...account, name: "ci", duration: "60h" });
    expect(made.client_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(await serviceTokens.get(String(made.id), account))).not.toContain(made.client_secret);
    expect((await serviceTokens.rotate(String(made.id), account)).client_secret).not.toBe(made.client_secret);
    await serviceTokens.delete(String(made.id), account);
  });

  it("keeps log jobs, whose dataset stays, and notifications, whose webhooks exist", async () => {
    const job = await client.logpush.jobs.create({
      ...account,
      dataset: "workers_trace_events",
      destination_conf: "r2://logs/{DATE}",
      name: "trace",
    });
    const id = Number(job?.id);
    expect(await client.logpush.jobs.update(id, { ...account, enabled: true })).toMatchObject({
      enabled: true,
      dataset: "workers_trace_events",
    });
    await client.logpush.jobs.delete(id, account);
    const policy = { ...account, alert_type: "failing_logpush_job_disabled_alert" as const, enabled: true, name: "lp" };
    const missing = client.alerting.policies.create({ ...policy, mechanisms: { webhooks: [{ id: "none" }] } } as never);
    await expect(missing).rejects.toThrow(/webhook none does not exist/);
    const webhook = await client.alerting.destinations.webhooks.create({
      ...account,
      name: "hook",
      url: "https://example.com/",
      secret: "planted-hook",
    });
    const read = await client.alerting.destinations.webhooks.get(String(webhook.id), account);
    expect(JSON.stringify(read)).not.toContain("planted");
    const made = await client.alerting.policies.create({
      ...policy,
      mechanisms: { webhooks: [{ id: String(webhook.id) }] },
    } as never);
    await client.alerting.policies.delete(String(made.id), account);
    await client.alerting.destinations.webhooks.delete(String(webhook.id), account);
  });
});
