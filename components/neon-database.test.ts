import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { type ResolvedDatabase, resolve } from "../catalog/index.ts";
import { NeonDatabase } from "./neon-database.ts";
import { type Registered, runProgram } from "./testing/mock-engine.ts";

function financeOf(environment: string): ResolvedDatabase {
  const [database] =
    resolve(environment, "chittyos").services.find(({ name }) => name === "chittyfinance")?.databases ?? [];
  if (database === undefined) throw new Error("chittyfinance has no database");
  return database;
}

const password = "p".repeat(48);

async function make(database: ResolvedDatabase) {
  const { registered, result } = await runProgram(
    async () => {
      const made = new NeonDatabase("finance", { database, password: pulumi.secret(password) });
      const uri = made.connectionUri;
      expect(await pulumi.isSecret(uri)).toBe(true);
      expect(await pulumi.isSecret(made.owner.uri)).toBe(true);
      return new Promise<string>((resolved) => void uri.apply(resolved));
    },
    { project: "test", stack: "local" },
  );
  const named = (type: string) => registered.filter((resource) => resource.type === `neon:index:${type}`);
  return { registered, named, uri: result };
}

const only = (resources: Registered[]): Registered => {
  expect(resources).toHaveLength(1);
  return resources[0] as Registered;
};

describe("NeonDatabase", () => {
  it("is a project with an owner, and a role of its own as which the service runs", async () => {
    const { named, uri } = await make(financeOf("local"));
    expect(only(named("Project")).inputs).toMatchObject({
      name: "chittyfinance-finance-local",
      databaseName: "finance",
      roleName: "finance_owner",
      allowDataLoss: true,
    });
    const role = only(named("RuntimeRole"));
    expect(role.inputs).toMatchObject({ name: "finance_app", password });
    expect(role.plain).not.toContain(password);
    expect(new URL(uri)).toMatchObject({ username: "finance_app", password, port: "6432" });
  });

  it("is protected in prod, as its data are, with the region, history, size, limits and addresses that the catalog says", async () => {
    const database = { ...financeOf("prod"), allowedIps: ["192.0.2.7", "198.51.100.0/24"] };
    const project = only((await make(database)).named("Project"));
    expect(project.protect).toBe(true);
    expect(project.inputs).toMatchObject({
      allowDataLoss: false,
      protected: true,
      regionId: database.region,
      settings: {
        quota: {
          computeTimeSeconds: database.quota.computeSeconds,
          logicalSizeBytes: database.quota.storageBytes,
          writtenDataBytes: database.quota.writtenBytes,
          dataTransferBytes: database.quota.transferBytes,
        },
        allowedIps: { ips: database.allowedIps },
      },
      historyRetentionSeconds: database.retentionSeconds,
      defaultEndpointSettings: {
        autoscalingLimitMinCu: database.endpoint.minCu,
        autoscalingLimitMaxCu: database.endpoint.maxCu,
      },
    });
  });

  it("migrates after the role is there, whose default privileges cover what the migrations make", async () => {
    const migrations = { folder: "tests/fixtures/migrations/first", kind: "sql" } as const;
    const { named } = await make({ ...financeOf("local"), migrations });
    const expand = only(named("Migrations"));
    expect(expand.inputs).toMatchObject({ phase: "expand", directory: "../../tests/fixtures/migrations/first" });
    expect(expand.dependencies.map((name) => name.split("::").at(-1))).toContain("finance-runtime");
    const other = await make({
      ...financeOf("local"),
      migrations: { ...migrations, folder: "tests/fixtures/migrations/broken" },
    });
    expect(only(other.named("Migrations")).inputs.digest).not.toBe(expand.inputs.digest);
  });

  it("has no migrations where the service migrates by itself, and snapshots where the catalog asks for them", async () => {
    const without = await make(financeOf("local"));
    expect(without.named("Migrations")).toEqual([]);
    expect(without.named("SnapshotSchedule")).toEqual([]);
    const backup = {
      everySeconds: 86_400,
      keepSeconds: 2_592_000,
      destination: "r2",
      snapshots: { frequency: "daily", keepSeconds: 604_800 },
    } as const;
    const { named } = await make({ ...financeOf("local"), backup });
    expect(only(named("SnapshotSchedule")).inputs.schedule).toEqual([
      { frequency: "daily", hour: 3, retentionSeconds: 604_800 },
    ]);
  });
});
