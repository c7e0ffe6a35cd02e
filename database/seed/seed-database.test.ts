import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withConnection } from "../connect.ts";
import { startThrowawayPostgres, type ThrowawayPostgres } from "../testing/throwaway-postgres.ts";
import { seedDatabase } from "./seed-database.ts";
import { SeedsRefused } from "./seed-problem.ts";

let postgres: ThrowawayPostgres;
let database = "";
let folder = "absent";
let made = 0;
beforeAll(async () => {
  postgres = await startThrowawayPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  folder = mkdtempSync(join(tmpdir(), "seeds-"));
  database = `seeded_${made++}`;
  await postgres.createDatabase(database);
  await postgres.query("create table accounts (id int primary key, owner text)", database);
  write("0001_first.sql", "insert into accounts values (1, 'one');");
  write("0002_second.sql", "insert into accounts values (2, 'zwei');\ninsert into accounts values (3, 'drei');");
});

const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
const seed = (environment = { name: "dev", protected: false }, role = "postgres") =>
  withConnection(postgres.url(database, role), { applicationName: "seed test" }, (client) =>
    seedDatabase(client, folder, environment),
  );
const accounts = async () =>
  (await postgres.query("select id from accounts order by id", database)).map(({ id }) => id);

async function refusal(run: Promise<unknown>): Promise<SeedsRefused> {
  const error = await run.then(
    () => expect.unreachable("seeded"),
    (error: unknown) => error,
  );
  if (!(error instanceof SeedsRefused)) throw error;
  for (const { expected, remedy } of error.problems) expect(expected && remedy).not.toBe("");
  return error;
}

describe("seedDatabase", () => {
  it("applies seeds in order and once, and later those that are new", async () => {
    expect(await seed()).toEqual({ applied: ["0001_first.sql", "0002_second.sql"], already: [] });
    expect(await seed()).toEqual({ applied: [], already: ["0001_first.sql", "0002_second.sql"] });
    write("0003_third.sql", "update accounts set owner = 'two' where id = 2");
    expect((await seed()).applied).toEqual(["0003_third.sql"]);
    expect(await accounts()).toEqual([1, 2, 3]);
    const recorded = await postgres.query("select name, length(checksum) from chittyops.seeds order by 1", database);
    expect(recorded).toHaveLength(3);
    expect(recorded[0]).toEqual({ name: "0001_first.sql", length: 64 });
  });

  it("applies each once when four seed at once", async () => {
    const reports = await Promise.all([seed(), seed(), seed(), seed()]);
    expect(reports.flatMap(({ applied }) => applied).sort()).toEqual(["0001_first.sql", "0002_second.sql"]);
    expect(await accounts()).toEqual([1, 2, 3]);
  });

  it("touches no protected environment", async () => {
    const { message } = await refusal(seed({ name: "prod", protected: true }));
    expect(message).toContain("environment prod, which is protected");
    expect(await accounts()).toEqual([]);
    expect(await postgres.query("select to_regnamespace('chittyops') as schema", database)).toEqual([{ schema: null }]);
  });

  it("says where it stopped, leaves nothing of that file, and goes on there", async () => {
    write("0002_second.sql", "insert into accounts values (2, 'zwei');\n\ninsert into absent values (3);");
    const { message, problems } = await refusal(seed());
    expect(message).toContain("0001_first.sql is applied");
    expect(problems).toMatchObject([
      { file: "0002_second.sql", line: 3, found: expect.stringContaining('"absent" does not exist') },
    ]);
    expect(await accounts()).toEqual([1]);
    write("0002_second.sql", "insert into accounts values (2, 'zwei')");
    expect((await seed()).applied).toEqual(["0002_second.sql"]);
  });

  it("refuses a seed that was changed after it ran, and a new one before one that ran", async () => {
    await seed();
    write("0001_first.sql", "insert into accounts values (9, 'nine')");
    write("0001_late.sql", "insert into accounts values (8, 'eight')");
    const { problems } = await refusal(seed());
    expect(problems.map(({ file, found }) => [file, found.slice(0, 13)])).toEqual([
      ["0001_first.sql", "other content"],
      ["0001_late.sql", "a new seed th"],
    ]);
    expect(await accounts()).toEqual([1, 2, 3]);
  });

  it("tells every problem of a folder before it applies anything", async () => {
    write("0003_copy.sql", "select 1;\n\\copy accounts from 'x'");
    write("0004_half.sql", "-- ü\nselect 1;\n\ncommit;");
    write("0005_empty.sql", "-- nothing\n");
    write("six.sql", "select 1");
    const { problems } = await refusal(seed());
    expect(problems.map(({ file, line }) => [file, line])).toEqual([
      ["0003_copy.sql", 2],
      ["0004_half.sql", 4],
      ["0005_empty.sql", undefined],
      ["six.sql", undefined],
    ]);
    expect(await accounts()).toEqual([]);
  });

  it("says that a role has no right to seed", async () => {
    await postgres.query("do $$ begin create role app login; exception when duplicate_object then null; end $$");
    await seed();
    await postgres.query(
      "grant usage on schema chittyops to app; grant select, insert on chittyops.seeds to app",
      database,
    );
    write("0003_third.sql", "insert into accounts values (4, 'four')");
    const { problems } = await refusal(seed(undefined, "app"));
    expect(problems).toMatchObject([{ file: "0003_third.sql", remedy: "seed as the role that owns the schema" }]);
  });

  it("says that there is no such folder", async () => {
    rmSync(folder, { recursive: true });
    const { problems } = await refusal(seed());
    expect(problems).toMatchObject([{ file: folder, found: expect.stringContaining("ENOENT") }]);
  });
});
