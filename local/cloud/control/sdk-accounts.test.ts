import type Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { all, openSdkCloud, type SdkCloud } from "./sdk-cloud.ts";

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
    const theirs = cloud.clientWith(String(made.value));
    expect(await theirs.accounts.tokens.verify(account)).toMatchObject({ id: made.id, status: "active" });
    expect(await all(theirs.kv.namespaces.list(account))).toEqual([]);
    await expect(theirs.accounts.get({ account_id: cloud.otherAccount })).rejects.toThrow(/9109/);
    const rolled = await client.accounts.tokens.value.update(String(made.id), account);
    await expect(theirs.accounts.get(account)).rejects.toThrow(/1000/);
    expect(await cloud.clientWith(String(rolled)).accounts.get(account)).toMatchObject({ id: cloud.account });
    expect(JSON.stringify(await client.accounts.tokens.get(String(made.id), account))).not.toContain(made.value);
    await client.accounts.tokens.delete(String(made.id), account);
    await expect(cloud.clientWith(String(rolled)).accounts.get(account)).rejects.toThrow(/1000/);
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
