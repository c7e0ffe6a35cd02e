import { toFile } from "cloudflare/uploads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packagesLine } from "../../../contracts/bundle-packages.ts";
import { asForm, moduleCode, openSdkCloud, type SdkCloud } from "../../../local/cloud/control/sdk-cloud.ts";
import type { StackState } from "../../cloud/account-estates.ts";
import { accountFindings } from "./account-findings.ts";
import { exposedScripts } from "./exposed-scripts.ts";
import { staleTokens } from "./stale-tokens.ts";
import { type AccountView, viewAccount } from "./view-account.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::chittyops::${type}::${name}`;
const service = { urn: urn("chittyops:index:ChittyService", "chittyfinance"), type: "chittyops:index:ChittyService" };
const made = (type: string, name: string, inputs: Record<string, unknown>) => ({
  urn: urn(`cloudflare:index/x:${type}`, name),
  type: `cloudflare:index/x:${type}`,
  custom: true,
  parent: service.urn,
  inputs,
});
const stacks: StackState[] = [
  {
    family: "chittyos",
    resources: [
      { ...service, custom: false },
      made("WorkersScript", "chittyfinance-script", { scriptName: "finance-dev" }),
      made("WorkersKvNamespace", "chittyfinance-cache", { title: "finance-cache" }),
      made("D1Database", "chittyfinance-books", { name: "finance-books" }),
      made("R2Bucket", "chittyfinance-logs", { name: "finance-logs" }),
      made("Queue", "chittyfinance-events", { queueName: "finance-events" }),
    ],
  },
];

describe("an account", () => {
  let cloud: SdkCloud;
  let view: AccountView;

  beforeAll(async () => {
    cloud = openSdkCloud();
    const { client, account_id: account } = cloud;
    const kv = async (title: string) => (await client.kv.namespaces.create({ ...account, title })).id;
    const d1 = async (name: string) => (await client.d1.database.create({ ...account, name })).uuid;
    const queue = async (queue_name: string) => (await client.queues.create({ ...account, queue_name })).queue_id ?? "";
    const cache = await kv("finance-cache");
    await kv("left-over");
    const ledger = await d1("ledger");
    await d1("finance-books");
    for (const name of ["finance-logs", "old-exports", "in-use"]) await client.r2.buckets.create({ ...account, name });
    for (const name of ["finance-events", "jobs", "jobs-dead", "silent"]) await queue(name);
    const bindings = [
      { type: "kv_namespace", name: "CACHE", namespace_id: cache },
      { type: "d1", name: "LEDGER", id: ledger },
      { type: "r2_bucket", name: "FILES", bucket_name: "in-use" },
      { type: "queue", name: "EVENTS", queue_name: "finance-events" },
      { type: "queue", name: "JOBS", queue_name: "jobs" },
    ];
    const packages = packagesLine([{ name: "hono", version: "4.0.0" }]);
    const file = await toFile(Buffer.from(moduleCode + packages), "worker.mjs", {
      type: "application/javascript+module",
    });
    const metadata = { main_module: "worker.mjs", compatibility_date: "2026-01-01", bindings };
    await client.workers.scripts.update("finance-dev", { ...account, metadata, files: [file] } as never, asForm);
    for (const name of ["by-hand", "previewed"]) await cloud.upload(name);
    const names = new Map<string, string>();
    for await (const { queue_id = "", queue_name = "" } of client.queues.list(account)) names.set(queue_name, queue_id);
    const consume = (name: string, more: object) =>
      client.queues.consumers.create(names.get(name) ?? "", {
        ...account,
        type: "worker",
        script_name: "finance-dev",
        ...more,
      } as never);
    await consume("jobs", { dead_letter_queue: "jobs-dead" });
    await consume("silent", {});
    const { subdomain } = client.workers.scripts;
    await subdomain.create("finance-dev", { ...account, enabled: false, previews_enabled: false });
    await subdomain.create("by-hand", { ...account, enabled: true });
    await subdomain.create("previewed", { ...account, enabled: false, previews_enabled: true });
    view = await viewAccount({ account: "chittyos", stacks, cloud: { accountId: cloud.account, cloudflare: client } });
  });
  afterAll(() => {
    expect(cloud.requestLog.unknown()).toEqual([]);
    cloud.close();
  });

  it("says of each Worker whose it is and what its own build wrote into it, or that it wrote nothing", () => {
    expect(view.scripts).toMatchObject([
      { name: "by-hand", packages: undefined },
      {
        name: "finance-dev",
        service: "chittyfinance",
        family: "chittyos",
        packages: [{ name: "hono", version: "4.0.0" }],
      },
      { name: "previewed" },
    ]);
  });

  it("has Workers that are reached on workers.dev", () => {
    expect(exposedScripts(view).map(({ service, severity, detail }) => [service, severity, detail])).toEqual([
      ["by-hand", "major", "by-hand"],
      ["previewed", "minor", "previewed"],
    ]);
  });

  it("has stores that no Worker is bound to, and queues that lead from nowhere or to nowhere", () => {
    expect(accountFindings(view).map(({ service, kind, found }) => [service, kind, found])).toEqual([
      ["account chittyos", "unused-store", "no Worker is bound to the KV namespace left-over, and no stack made it"],
      ["account chittyos", "unused-store", "no Worker is bound to the R2 bucket old-exports, and no stack made it"],
      ["chittyfinance", "unused-store", "no Worker is bound to the D1 database finance-books"],
      ["chittyfinance", "orphan-queue", expect.stringContaining("nobody takes messages from the queue finance-events")],
      ["account chittyos", "orphan-queue", "no Worker and no bucket sends to the queue silent"],
    ]);
    expect(
      accountFindings(view).find(({ kind, service }) => kind === "orphan-queue" && service === "chittyfinance"),
    ).toMatchObject({
      family: "chittyos",
      change: { bindings: [{ kind: "queue-consumer", name: "EVENTS_IN", store: "events", owner: "chittyfinance" }] },
    });
  });

  it("has tokens that end soon, that ended, and that nobody uses", async () => {
    const now = Date.now();
    const day = 24 * 3_600_000;
    const { client, account_id: account } = cloud;
    const policies = [
      {
        effect: "allow" as const,
        permission_groups: [{ id: "x" }],
        resources: { [`com.cloudflare.api.account.${cloud.account}`]: "*" },
      },
    ];
    const token = (name: string, days: number) =>
      client.accounts.tokens.create({
        ...account,
        name,
        policies,
        expires_on: new Date(now + days * day).toISOString(),
      });
    await token("soon", 7);
    await token("later", 70);
    await client.zeroTrust.access.serviceTokens.create({ ...account, name: "ci", duration: "24h" });
    const of = { account: "chittyos", accountId: cloud.account, cloudflare: client };
    const found = async (at: number) =>
      (await staleTokens(of, at)).findings.map(({ severity, found }) => [severity, found]).sort();
    expect(await found(now)).toEqual([
      ["major", expect.stringMatching(/service token of Access ci .* runs out in \d days/)],
      ["minor", expect.stringMatching(/API token soon .* runs out in [67] days/)],
    ]);
    expect(await found(now + 100 * day)).toEqual([
      ["major", expect.stringMatching(/API token later .* has run out/)],
      ["major", expect.stringMatching(/API token soon .* has run out/)],
      ["major", expect.stringMatching(/service token of Access ci .* has run out/)],
    ]);
  });

  it("says what of its tokens it was not allowed to ask", async () => {
    const cloudflare = cloud.clientWith("not-a-token");
    const { findings, unknown } = await staleTokens({ account: "chittyos", accountId: cloud.account, cloudflare }, 0);
    expect(findings).toEqual([]);
    expect(unknown).toEqual([
      expect.stringMatching(/^API tokens of the account chittyos: /),
      expect.stringMatching(/^service tokens of the account chittyos: /),
      expect.stringMatching(/^the token in use of the account chittyos: /),
    ]);
  });
});
