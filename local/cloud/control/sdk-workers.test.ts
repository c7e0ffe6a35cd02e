import type Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { all, asForm, moduleCode, moduleFile, openSdkCloud, type SdkCloud } from "./sdk-cloud.ts";

let cloud: SdkCloud;
let client: Cloudflare;
let account: SdkCloud["account_id"];
let zone: SdkCloud["zone_id"];

beforeAll(() => {
  cloud = openSdkCloud();
  client = cloud.client;
  account = cloud.account_id;
  zone = cloud.zone_id;
});
afterAll(() => {
  expect(cloud.requestLog.unknown()).toEqual([]);
  cloud.close();
});

/** The SDK takes the list of deployments for a page of items, which it is not. */
async function deployedVersion(name: string): Promise<string | undefined> {
  const page = await client.workers.scripts.deployments.list(name, account);
  const { deployments } = page.result as unknown as { deployments: { versions: { version_id: string }[] }[] };
  return deployments[0]?.versions[0]?.version_id;
}

describe("Workers", () => {
  it("keeps versions, deploys them by percentage and rolls back", async () => {
    await cloud.upload("svc", { bindings: [{ type: "plain_text", name: "MODE", text: "one" }] });
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
    await cloud.upload("svc");
    await client.workers.scripts.secrets.update("svc", {
      ...account,
      name: "TOKEN",
      text: "planted-secret",
      type: "secret_text",
    });
    await cloud.upload("svc", { keep_bindings: ["secret_text"] });
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
    await cloud.upload("rooms", { bindings: [room], migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] } });
    expect(await all(client.durableObjects.namespaces.list(account))).toMatchObject([
      { class: "Room", script: "rooms", use_sqlite: true },
    ]);
    await expect(
      cloud.upload("rooms", { migrations: { new_tag: "v2", new_sqlite_classes: ["Flow"] } }),
    ).rejects.toThrow(/10079/);
    await expect(
      cloud.upload("rooms", { migrations: { old_tag: "v1", new_tag: "v2", new_sqlite_classes: ["Room"] } }),
    ).rejects.toThrow(/10074/);
    await expect(
      cloud.upload("rooms", { migrations: { old_tag: "v1", new_tag: "v2", new_classes: ["None"] } }),
    ).rejects.toThrow(/10070/);
    await cloud.upload("rooms", { migrations: { old_tag: "v1", new_tag: "v2", deleted_classes: ["Room"] } });
    expect(await all(client.durableObjects.namespaces.list(account))).toEqual([]);
    expect(cloud.runtime.dropped.filter((dropped) => dropped.startsWith("durable-object:"))).toHaveLength(1);
  });

  it("keeps workflows of scripts that export their class", async () => {
    await cloud.upload("flows");
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
    await cloud.upload("caller", { bindings: [{ type: "service", name: "SVC", service: "svc" }] });
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
          content_base64: Buffer.from(moduleCode).toString("base64"),
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
    expect(Buffer.from(read.modules?.[0]?.content_base64 ?? "", "base64").toString()).toBe(moduleCode);
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
