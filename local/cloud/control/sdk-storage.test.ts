import type Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { all, openSdkCloud, type SdkCloud } from "./sdk-cloud.ts";

let cloud: SdkCloud;
let client: Cloudflare;
let account: SdkCloud["account_id"];
let _zone: SdkCloud["zone_id"];

beforeAll(() => {
  cloud = openSdkCloud();
  client = cloud.client;
  account = cloud.account_id;
  _zone = cloud.zone_id;
});
afterAll(() => {
  expect(cloud.requestLog.unknown()).toEqual([]);
  cloud.close();
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
    await cloud.upload("db-reader", { bindings: [{ type: "hyperdrive", name: "DB", id: made.id }] });
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
    await cloud.upload("keyed", {
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
    await cloud.upload("eater", { bindings: [{ type: "queue", name: "JOBS", queue_name: "jobs" }] });
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
