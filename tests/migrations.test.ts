import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probe } from "../cli/cloud/probe.ts";
import { databaseOutput } from "../contracts/database-output.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience } from "./harness/estate.ts";

const catalog = join(repositoryRoot, "tests/fixtures/migrated-catalog.ts");

describe("a service with a database", { timeout: patience }, () => {
  let estate: Estate;
  let edge: string;
  beforeAll(async () => {
    estate = new Estate({ CHITTYOPS_CATALOG: catalog });
    await estate.succeed(["up"]);
    edge = (await estate.cloud()).daemon.edgeUrl;
  }, patience);
  afterAll(() => estate[Symbol.asyncDispose]());

  const health = async () => (await probe("http://ledger.chitty.localhost/health", "ok", edge)).health;
  const withMigrations = (folder: string, edit = "none") => ({
    CHITTYOPS_TEST_MIGRATIONS: folder,
    CHITTYOPS_TEST_EDIT: edit,
  });

  async function access() {
    const { stdout } = await estate.engine(["stack", "output", "databases", "--show-secrets", "--json"]);
    return databaseOutput.parse(JSON.parse(stdout)["chittyledger/ledger"]);
  }

  async function ask(sql: string, as: "ownerUri" | "runtimeUri" | "pooledUri" = "ownerUri") {
    const uri = new URL((await access())[as]);
    uri.searchParams.delete("sslmode");
    const client = new Client({ connectionString: uri.href, ssl: { rejectUnauthorized: false } });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const columns = () =>
    ask("select column_name as name from information_schema.columns where table_name = 'entries' order by 1").then(
      (rows) => rows.map(({ name }) => name),
    );
  const deployed = async () => {
    const { api, accountId } = await estate.cloud();
    const listed = await api.workers.scripts.versions.list("chittyledger-local", { account_id: accountId });
    return listed.result.items?.[0]?.id;
  };

  it("has its migrations applied, and a role that reads and writes rows and changes no schema", async () => {
    expect(await columns()).toEqual(["cents", "id", "legacy", "memo"]);
    for (const as of ["runtimeUri", "pooledUri"] as const) {
      await ask("insert into entries (memo) values ('from the service')", as);
      await expect(ask("create table mine (id int)", as)).rejects.toThrow("permission denied");
      await expect(ask("drop table entries", as)).rejects.toThrow("must be owner");
      await expect(ask("create role mine", as)).rejects.toThrow("permission denied");
    }
    expect(await ask("select count(*)::int from entries")).toEqual([{ count: 2 }]);
  });

  it("finds nothing to change when nothing changed", async () => {
    const { stdout } = await estate.succeed(["up", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [] });
  });

  it("is reached by its Worker through Hyperdrive", async () => {
    const token = (await estate.engine(["stack", "output", "shellToken", "--show-secrets"])).stdout.trim();
    const response = await estate.ask("ledger.chitty.localhost", "/api/v1/status", token);
    expect(response).toMatchObject({
      bindings: expect.arrayContaining([expect.objectContaining({ name: "LEDGER_DB", status: "ok" })]),
    });
  });

  it("keeps its old version when a migration fails, and says where it stopped", async () => {
    const before = await deployed();
    const { code, stderr } = await estate.run(["up"], withMigrations("broken", "newer"));
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain("0003_accounts.sql:2");
    expect(stderr).toContain("division by zero");
    expect(await deployed()).toBe(before);
    expect(await health()).toBe("ok");
    expect(await ask("select to_regclass('accounts') as there")).toEqual([{ there: null }]);
  });

  it("refuses a dangerous migration with the safe form, already in a preview", async () => {
    await ask("insert into entries (memo) select 'row' from generate_series(1, 50000)");
    await ask("analyze entries");
    for (const command of ["preview", "up"]) {
      const { code, stderr } = await estate.run([command], withMigrations("dangerous"));
      expect({ command, code, stderr }).toMatchObject({ code: 1 });
      expect(stderr).toContain("0003_small_cents.sql:1");
      expect(stderr).toContain("safe form:");
    }
    expect(await ask("select data_type from information_schema.columns where column_name = 'cents'")).toEqual([
      { data_type: "bigint" },
    ]);
  });

  it("shows what is pending in a preview, and contracts once the new version is healthy", async () => {
    const { stdout, stderr } = await estate.succeed(["preview"], withMigrations("contract", "newest"));
    expect(stdout + stderr).toContain("0003_drop_legacy: drops column legacy");
    expect(stdout).toMatch(/^Neon projects: 1 of \d+/m);
    expect(await columns()).toContain("legacy");
    await estate.succeed(["up"], withMigrations("contract", "newest"));
    expect(await columns()).not.toContain("legacy");
    const again = await estate.succeed(["up", "--json"], withMigrations("contract", "newest"));
    expect(JSON.parse(again.stdout)).toMatchObject({ changes: [] });
  });

  it("is gone after destroy", async () => {
    await estate.succeed(["destroy", "--yes"], withMigrations("contract", "newest"));
    expect(await estate.neonProjects()).toEqual([]);
  });
});
