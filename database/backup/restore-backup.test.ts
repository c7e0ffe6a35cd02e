import { afterAll, beforeAll, expect, it } from "vitest";
import { type BackupWorld, openBackupWorld } from "./testing/backup-world.ts";

let world: BackupWorld;
beforeAll(async () => {
  world = await openBackupWorld();
});
afterAll(() => world.close());

it("brings back rows, the positions of sequences and generated columns", async () => {
  const source = await world.database(`
    create table invoice (id bigint generated always as identity primary key, cents int not null, euros numeric generated always as (cents / 100.0) stored);
    insert into invoice (cents) select g from generate_series(1, 1000) g`);
  await source.query("delete from invoice where id > 990");
  const { manifest } = await world.backUp(source);
  expect(manifest.totals).toMatchObject({ tables: 1, rows: 990 });
  const target = await world.database();
  const restored = await world.restore(manifest.id, target);
  expect(restored.tables).toEqual([{ schema: "public", name: "invoice", rows: 990 }]);
  const all = "select * from invoice order by id";
  expect(await target.query(all)).toEqual(await source.query(all));
  expect(await target.query("insert into invoice (cents) values (1) returning id")).toEqual([{ id: "1001" }]);
});
