import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { connectionTo } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { MigrationFailed } from "./migration-failed.ts";
import { MigrationsRefused } from "./problem.ts";
import { recordedMigrations } from "./recorded-migrations.ts";
import { replay } from "./replay.ts";
import { status } from "./status.ts";
import { folderOf, write } from "./testing/folder.ts";

const files = {
  "0001_ledger.sql": "create table ledger (id int primary key, note text, kind text);",
  "0002_drop_note.sql": "-- chittyops: phase=contract\nalter table ledger drop column note;",
  "0003_by_kind.sql":
    "-- chittyops: overtakes=0002\n-- chittyops: transaction=off\ncreate index concurrently by_kind on ledger (kind);",
};

describe("replaying what a database has", () => {
  let postgres: ThrowawayPostgres;
  beforeAll(async () => {
    postgres = await startThrowawayPostgres();
  });
  afterAll(() => postgres.stop());

  async function database(name: string) {
    await postgres.query(`create database ${name}`);
    return connectionTo(postgres.url(name));
  }
  async function recorded(name: string, folder: string) {
    const client = await connectionTo(postgres.url(name)).open();
    return recordedMigrations(client, folder).finally(() => client.end());
  }

  it("makes the same schema, without the migrations that are held", async () => {
    const folder = folderOf(files);
    const held = { ok: false, why: "version 7 is live" } as const;
    await migrate({ connection: await database("origin"), folder, phase: "contract", contractAllowed: held });
    const migrations = await recorded("origin", folder);
    expect(migrations.map(({ name }) => name)).toEqual(["0001_ledger", "0003_by_kind"]);

    const copy = await database("copy");
    await replay(copy, migrations);
    const { applied, pending, drifted } = await status(copy, folder);
    expect(applied.map(({ name }) => name)).toEqual(["0001_ledger", "0003_by_kind"]);
    expect({ pending: pending.map(({ name }) => name), drifted }).toEqual({ pending: ["0002_drop_note"], drifted: [] });
    await migrate({ connection: copy, folder, phase: "contract", contractAllowed: { ok: true } });
    expect(await recorded("copy", folder)).toHaveLength(3);
  });

  it("refuses a file that is not as it was applied", async () => {
    const folder = folderOf({ "0001_a.sql": "create table a ();" });
    await migrate({ connection: await database("edited"), folder, phase: "expand", contractAllowed: { ok: true } });
    write(folder, { "0001_a.sql": "create table a (id int);" });
    await expect(recorded("edited", folder)).rejects.toThrow(MigrationsRefused);
  });

  it("says which statement fails", async () => {
    const migrations = [{ name: "0001_a", checksum: "0", sql: "create table a ();\nselect nothing from nowhere;" }];
    await expect(replay(await database("failing"), migrations)).rejects.toThrow(/0001_a\.sql:2 failed/);
    await expect(replay(await database("failing2"), migrations)).rejects.toBeInstanceOf(MigrationFailed);
  });
});
