import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApiClient } from "@neondatabase/api-client";
import Cloudflare from "cloudflare";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountsAndZones } from "../catalog/index.ts";
import type { LocalDaemon } from "../contracts/local.ts";
import { r2Destination } from "../database/backup/r2-destination.ts";
import { withConnection } from "../database/connect.ts";
import { readLocalTokens, startDaemon } from "../local/cloud/client.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { parseReview } from "../policies/evidence/review.ts";
import { Estate, patience } from "./harness/estate.ts";
import { ownBackend } from "./harness/own-backend.ts";

const organizations = ["first", "second"] as const;
const passphrase = { CHITTYOPS_PASSPHRASE_DIGITAL_DOSSIER: "a passphrase of the family's own" };
const today = new Date().toISOString().slice(0, 10);

// The tests are in the order in which the fleet grows, and goes.
describe("tenants in an environment with a backend of one's own", { timeout: patience }, () => {
  let estate: Estate;
  let daemon: LocalDaemon;
  let core: Record<string, string>;
  let settings: Record<string, string>;
  beforeAll(async () => {
    estate = new Estate({ CHITTYOPS_CATALOG: join(repositoryRoot, "tests/fixtures/dossier-catalog.ts") });
    const { home } = estate;
    const { accounts } = accountsAndZones("dev");
    const neonOrganizations = [{ name: "chittyos" }, ...organizations.map((name) => ({ name }))];
    daemon = await startDaemon({ home, seed: { accounts, neonOrganizations } });
    core = { ...ownBackend(home, daemon, { account: "chittyos", zone: "chitty.cc" }), ...passphrase };
    const { neon } = readLocalTokens({ home });
    const keys = organizations.map((name) => [
      `NEON_API_KEY_${idOf(name).toUpperCase().replaceAll("-", "_")}`,
      neon[name] ?? "",
    ]);
    mkdirSync(waivers());
    settings = {
      ...ownBackend(
        home,
        daemon,
        { account: "digital-dossier", zone: "digital-dossier.com" },
        { "chittyops:neonOrganizations": organizations.map((name) => ({ id: idOf(name), projects: 1 })) },
      ),
      ...passphrase,
      NEON_API_KEY: "good for neither organization",
      ...Object.fromEntries(keys),
      CHITTYOPS_RECORDS: home,
      CHITTYOPS_WAIVERS: waivers(),
    };
    await estate.succeed(["up", "-e", "dev"], core);
    await estate.succeed(["up", "digital-dossier", "-e", "dev"], settings);
  }, patience);
  afterAll(() => estate[Symbol.asyncDispose]());

  const waivers = () => join(estate.home, "waivers");
  const idOf = (name: string) => daemon.neonOrganizations.find((one) => one.name === name)?.id ?? "";
  const neon = (name: string) => {
    const apiKey = readLocalTokens({ home: estate.home }).neon[name] ?? "";
    return createApiClient({ apiKey, baseURL: `${daemon.controlUrl}/api/v2` });
  };
  const projectsOf = async (name: string) =>
    (await neon(name).listProjects({ limit: 400 })).data.projects.map((project) => project.name);
  const ask = async (id: string) => {
    const headers = { host: `${id}.dev.digital-dossier.com` };
    const { statusCode, body } = await request(new URL("/", daemon.edgeUrl), { headers });
    await body.dump();
    return statusCode;
  };

  it("fill one Neon organization after the other, each with its own key, and stop when all are full", async () => {
    for (const [id, organization] of [
      ["acme", "first"],
      ["acme2", "second"],
    ] as const) {
      const added = await estate.succeed(["tenant", "add", id, "-e", "dev", "--json"], settings);
      expect(JSON.parse(added.stdout)).toMatchObject({ tenant: { id, neonOrganization: idOf(organization) } });
      expect(await ask(id)).toBe(200);
    }
    expect(await projectsOf("first")).toEqual([expect.stringContaining("acme-")]);
    expect(await projectsOf("second")).toEqual([expect.stringContaining("acme2-")]);
    const third = await estate.run(["tenant", "add", "acme3", "-e", "dev"], settings);
    expect(third.code).toBe(1);
    expect(third.stderr).toContain("Every Neon organization has as many projects as its plan allows.");
    expect(records()).toEqual(["acme.json", "acme2.json"]);
  });

  it("are refused where a rule, or a waiver that waives nothing, does not hold for the plan", async () => {
    const urn = "urn:pulumi:dev-acme::chittyops-digital-dossier-tenant::chittyops:index:Tenant::acme";
    const waiver = {
      ...{ id: "needless", policy: "tenant-bounded-use", urn, category: "waiver", ticket: "T-1" },
      ...{ reason: "It was needed once, and nobody remembers for what", compensatingControl: "None is needed" },
      ...{ requester: "ann", approver: "ben", approvedOn: today, expiresOn: today, violationHash: "0".repeat(64) },
    };
    writeFileSync(join(waivers(), "needless.yaml"), JSON.stringify(waiver));
    const checked = await estate.run(["waivers", "check", "--json"], settings);
    expect({ code: checked.code, ...JSON.parse(checked.stdout) }).toEqual({
      code: 1,
      waivers: 1,
      problems: [expect.stringContaining("needless.yaml: waives nothing that is found")],
    });
    const refused = await estate.run(["tenant", "suspend", "acme", "-e", "dev", "--yes"], settings);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("The plan of chittyops-digital-dossier-tenant/dev-acme is not compliant.");
    expect(refused.stderr).toContain("needless.yaml: waives nothing that is found");
    expect(await ask("acme")).toBe(200);
    rmSync(join(waivers(), "needless.yaml"));
  });

  it("are reviewed each by itself, as planned without credentials and as they were made", async () => {
    const own = { CHITTYOPS_RECORDS: estate.home, CHITTYOPS_WAIVERS: waivers() };
    const review = ["review", "digital-dossier", "--tenant", "acme", "-e", "dev", "--json"];
    const planned = JSON.parse((await estate.succeed(review, own)).stdout);
    const made = JSON.parse((await estate.succeed([...review, "--state"], settings)).stdout);
    for (const { folder } of [planned, made]) await estate.succeed(["review", "verify", folder]);
    const [plan, state] = [planned, made].map(({ folder }) =>
      parseReview(readFileSync(join(folder, "records.json"), "utf8")),
    );
    const stack = { project: "chittyops-digital-dossier-tenant", stack: "dev-acme" };
    expect([plan, state]).toMatchObject([
      { ...stack, subject: "plan" },
      { ...stack, subject: "state" },
    ]);
    const fleet = await estate.run(["review", "--tenant", "acme", "-e", "dev"], own);
    expect([fleet.code, fleet.stderr]).toEqual([2, expect.stringContaining("chittyos has no tenants.")]);
  });

  it("lose nothing without a confirmation", async () => {
    const refused = await estate.run(["tenant", "suspend", "acme", "-e", "dev"], settings);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("deletes HyperdriveConfig acme-connection");
    expect(await ask("acme")).toBe(200);
    const behind = JSON.parse((await estate.succeed(["fleet", "status", "-e", "dev", "--json"], settings)).stdout);
    expect(behind).toMatchObject({
      tenants: [
        { tenant: "acme", standing: "behind" },
        { tenant: "acme2", standing: "current" },
      ],
      plan: { toBringUp: 1, calls: 30, minutes: 0, organizations: { free: 0 } },
    });
    expect((await estate.run(["fleet", "up", "-e", "dev"], settings)).code).toBe(2);
    await estate.succeed(["fleet", "up", "-e", "dev", "--yes"], settings);
    expect([await ask("acme"), await ask("acme2")]).toEqual([403, 200]);
    await estate.succeed(["tenant", "resume", "acme", "-e", "dev"], settings);
    expect(await ask("acme")).toBe(200);
  });

  it("are exported whole: tables, documents and values", async () => {
    await fill("acme2");
    const { stdout } = await estate.succeed(["tenant", "export", "acme2", "-e", "dev", "--json"], settings);
    const { folder, counts } = JSON.parse(stdout);
    expect(counts).toMatchObject({ tables: 1, documents: 1, values: 1 });
    expect(contentOf(folder)).toEqual(filled);
  });

  it("are removed with an export of what they stored, and make room in their organization", async () => {
    const compared = await estate.succeed(["fleet", "check", "-e", "dev", "--json"], settings);
    expect(JSON.parse(compared.stdout)).toMatchObject({ claims: [] });
    expect((await estate.run(["tenant", "remove", "acme2", "-e", "dev"], settings)).code).toBe(2);
    expect(await ask("acme2")).toBe(200);
    await estate.succeed(["tenant", "remove", "acme2", "-e", "dev", "--yes"], settings);
    const record = JSON.parse(readFileSync(join(estate.home, "tenants/dev/acme2.json"), "utf8"));
    expect(record).toMatchObject({ status: "deprovisioned" });
    expect(contentOf(record.exported.folder)).toEqual(filled);
    expect(await projectsOf("second")).toEqual([]);
    expect(await ask("acme2")).toBe(404);
    const again = await estate.run(["tenant", "add", "acme2", "-e", "dev"], settings);
    expect(again.stderr).toContain("id: acme2 is deprovisioned");
    const added = await estate.succeed(["tenant", "add", "acme3", "-e", "dev", "--json"], settings);
    expect(JSON.parse(added.stdout)).toMatchObject({ tenant: { neonOrganization: idOf("second") } });
  });

  const records = () => readdirSync(join(estate.home, "tenants/dev")).filter((file) => file.endsWith(".json"));

  const filled = ["id,text\n1,a matter\n", "a brief", "a value"];
  const contentOf = (folder: string) =>
    ["database/public.matters.csv", "documents/2026/brief.txt", "values/greeting"].map((file) =>
      readFileSync(join(folder, file), "utf8"),
    );

  /** A row, a document and a value of a tenant in the second organization. */
  async function fill(id: string) {
    const client = neon("second");
    const [project] = (await client.listProjects({ limit: 400 })).data.projects;
    const projectId = project?.id ?? "";
    const [branch] = (await client.listProjectBranches({ projectId })).data.branches;
    const { databases } = (await client.listProjectBranchDatabases(projectId, branch?.id ?? "")).data;
    const { name: database_name = "", owner_name: role_name = "" } = databases[0] ?? {};
    const { uri } = (await client.getConnectionUri({ projectId, database_name, role_name })).data;
    await withConnection(uri, { applicationName: "test" }, async (connection) => {
      await connection.query("create table matters (id int primary key, text text)");
      await connection.query("insert into matters values (1, 'a matter')");
    });
    const { CLOUDFLARE_API_TOKEN: apiToken = "", CLOUDFLARE_BASE_URL: baseURL = "" } = settings;
    const accountId = daemon.accounts.find(({ name }) => name === "digital-dossier")?.id ?? "";
    const bucket = r2Destination({
      accountId,
      bucket: `digital-dossier-${id}-documents-dev`,
      apiToken,
      baseUrl: baseURL,
    });
    await bucket.put("2026/brief.txt", Buffer.from("a brief"));
    const { kv } = new Cloudflare({ apiToken, baseURL });
    for await (const { id: namespace_id, title } of kv.namespaces.list({ account_id: accountId })) {
      if (title !== `digital-dossier-${id}-store-dev`) continue;
      await kv.namespaces.values.update("greeting", { account_id: accountId, namespace_id, value: "a value" });
    }
  }
});
