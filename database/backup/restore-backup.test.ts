import { afterAll, beforeAll, expect, it } from "vitest";
import type { Destination } from "./destination.ts";
import { folderDestination } from "./folder-destination.ts";
import { type BackupWorld, openBackupWorld, type TestDatabase } from "./testing/backup-world.ts";

let world: BackupWorld;
beforeAll(async () => {
  world = await openBackupWorld();
});
afterAll(() => world.close());

/** Backs `source` up and restores it into a database of its own. */
async function roundTrip(source: TestDatabase, options: Parameters<BackupWorld["restore"]>[2] = {}) {
  const { manifest } = await world.backUp(source);
  const target = await world.database();
  const restored = await world.restore(manifest.id, target, options);
  return { manifest, target, restored };
}

async function expectSame(sql: string, source: TestDatabase, target: TestDatabase): Promise<void> {
  const rows = await source.query(sql);
  expect(rows.length).toBeGreaterThan(0);
  expect(await target.query(sql)).toEqual(rows);
}

it("brings back rows, the positions of sequences, identity and generated columns", async () => {
  const source = await world.database(`
    create table invoice (
      id bigint generated always as identity primary key,
      cents int not null,
      euros numeric generated always as (cents / 100.0) stored,
      doubled int generated always as (cents * 2) virtual
    );
    create sequence unused start 7;
    create table legacy (id serial primary key)`);
  await source.query(`
    insert into invoice (cents) select g from generate_series(1, 1000) g;
    delete from invoice where id > 990;
    insert into legacy default values`);
  const { manifest, target, restored } = await roundTrip(source);
  expect(manifest.totals).toMatchObject({ tables: 2, rows: 991 });
  expect(restored.tables).toContainEqual({ schema: "public", name: "invoice", rows: 990 });
  await expectSame("select * from invoice order by id", source, target);
  expect(await target.query("insert into invoice (cents) values (1) returning id::int")).toEqual([{ id: 1001 }]);
  expect(await target.query("select nextval('unused')::int as next")).toEqual([{ next: 7 }]);
  expect(await target.query("insert into legacy default values returning id")).toEqual([{ id: 2 }]);
});

it("keeps every value of every common type", async () => {
  const source = await world.database(`
    create schema odd;
    create type odd."mood type" as enum ('glad', 'it''s "so-so"', 'Grüße');
    create domain odd.positive as numeric check (value > 0);
    create type odd.pair as (a int, b text);
    create table thing (
      id int primary key, flag bool, small int2, big int8, real4 float4, real8 float8, exact numeric, cash money, words text, fixed char(5),
      bytes bytea, doc json, docb jsonb, ints int[], texts text[], grid int[][], day date, hour time, zoned timetz, at timestamp, atz timestamptz,
      span interval, uid uuid, net inet, mac macaddr, bits bit varying, mood odd."mood type", moods odd."mood type"[], amount odd.positive,
      two odd.pair, spans int4range, many int4multirange, spot point, search tsvector, tablename regclass, lsn pg_lsn, version xid8
    )`);
  await source.query(`
    insert into thing values
      (1, true, -32768, 9223372036854775807, 'NaN', '-Infinity', 'NaN', '12.34', E'tab\\t newline\\n back\\\\slash "quote" \\u00e9 \\U0001F600', 'ab',
       '\\x00ff5c0a', '{"b":1,  "a":1}', '{"a":[1,null,"\\\\u00e9"]}', '{1,NULL,3}', array['a,b', '', 'NULL', null, '"'], '{{1,2},{3,4}}',
       'infinity', '24:00', '10:00+02', '-infinity', '0044-03-15 12:00:00 BC', '1 year -2 days 03:04:05.678901', gen_random_uuid(), '::1/64',
       '08:00:2b:01:02:03', B'10101', 'it''s "so-so"', array['glad', 'Grüße']::odd."mood type"[], 1e-30, row(1, 'x,"y"'), '[1,5)', '{[1,2),[5,6)}',
       '(1.5,-2.25)', 'fat:1A cat:2', 'thing', '16/B374D848', '18446744073709551615'),
      (2, false, 0, 0, 1.17549435e-38, 4.9406564584124654e-324, 1e200, '-0.01', '', '', '', 'null', 'null', '{}', '{}', '{}', '-infinity', '00:00:00.000001',
       '00:00-15:59', '2026-02-28 23:59:59.999999', 'infinity', '-178000000 years', null, '10.0.0.1', null, '', 'glad', '{}', 99, row(null, ''), 'empty', '{}',
       '(Infinity,0)', '', 'pg_class', '0/0', '0');
    insert into thing (id, words) values (3, E'\\\\.'), (4, E'\\\\N'), (5, repeat('x', 3000000)), (6, null)`);
  const { target } = await roundTrip(source);
  const columns = await source.query(
    "select attname::text from pg_attribute where attrelid = 'thing'::regclass and attnum > 0",
  );
  const texts = columns.map(({ attname }) => `${attname}::text`).join(", ");
  await expectSame(`select ${texts} from thing order by thing.id`, source, target);
});

it("copes with odd names, a table of no columns, no table at all", async () => {
  const odd = `we"ird.táble; drop table x; --`;
  const name = `"${odd.replaceAll('"', '""')}"`;
  const source = await world.database(`
    create schema "Sché ma";
    create table "Sché ma".${name} ("a ""b"" c" int, "select" text, "%s$1" text generated always as ("select" || '!') stored);
    create table bare ();
    create table computed (a int generated always as (1) stored);
    create sequence "Sché ma"."se""q"`);
  await source.query(`
    insert into "Sché ma".${name} values (1, 'x'), (2, 'y'); insert into bare default values; insert into bare default values;
    insert into computed default values; select nextval('"Sché ma"."se""q"')`);
  const { target, manifest } = await roundTrip(source);
  await expectSame(`select * from "Sché ma".${name} order by 1`, source, target);
  expect(await target.query("select count(*)::int as rows from bare")).toEqual([{ rows: 2 }]);
  expect(await target.query("select a from computed")).toEqual([{ a: 1 }]);
  for (const path of world.stored().paths) expect(path).toMatch(/^[\w./-]+$/);
  expect(manifest.totals.rows).toBe(5);
  const nothing = await roundTrip(await world.database());
  expect(nothing.restored.tables).toEqual([]);
});

it("loads foreign keys in circles, to the same table, deferrable and NOT VALID, and leaves them as they were", async () => {
  const source = await world.database(`
    create table person (id int primary key, boss int, team int, constraint boss foreign key (boss) references person on delete set null);
    create table team (id int primary key, lead int references person deferrable initially deferred);
    alter table person add constraint team foreign key (team) references team;
    comment on constraint team on person is 'a circle';
    create table note (person int, label text);
    insert into note values (404, 'before the rule');
    alter table note add foreign key (person) references person not valid;
    alter table note add constraint hint foreign key (person) references team not enforced;
    alter table note add constraint labelled check (length(label) < 5) not valid`);
  await source.query(`begin; insert into team values (1, 10);
    insert into person values (1, null, 1), (10, 1, 1); update person set boss = 10 where id = 1; commit`);
  const { target } = await roundTrip(source);
  await expectSame("select * from person order by id", source, target);
  await expectSame("select * from note", source, target);
  await expectSame(
    `select conname, pg_get_constraintdef(oid) as definition, convalidated, obj_description(oid, 'pg_constraint') as comment
     from pg_constraint where conrelid in ('person'::regclass, 'team'::regclass, 'note'::regclass) order by conname`,
    source,
    target,
  );
  await expect(target.query("insert into person values (3, 77)")).rejects.toThrow("boss");
});

it("fires no trigger while it loads, and leaves each in the state it was in", async () => {
  const source = await world.database(`
    create table entry (id int, text text); create table log (text text);
    create function note() returns trigger language plpgsql as $$ begin insert into public.log values (new.text); return new; end $$;
    create function spoil() returns trigger language plpgsql as $$ begin new.text := 'spoilt'; return new; end $$;
    create trigger noted after insert on entry for each row execute function note();
    create trigger off before insert on entry for each row execute function spoil();
    alter table entry disable trigger off;
    create trigger always before delete on entry for each row execute function spoil();
    alter table entry enable always trigger always;
    create trigger replica before update on entry for each row execute function spoil();
    alter table entry enable replica trigger replica`);
  await source.query("insert into entry values (1, 'a'), (2, 'b')");
  const { target } = await roundTrip(source);
  await expectSame("select * from entry order by id", source, target);
  await expectSame("select * from log order by 1", source, target);
  await expectSame("select tgname, tgenabled from pg_trigger where not tgisinternal order by 1", source, target);
});

it("replaces the rows that migrations put in", async () => {
  const source = await world.database(`
    create table currency (code text primary key, rate numeric); insert into currency values ('EUR', 1), ('USD', 1.1)`);
  await source.query("update currency set rate = 1.2 where code = 'USD'; delete from currency where code = 'EUR'");
  const { target } = await roundTrip(source);
  expect(await target.query("select * from currency")).toEqual([{ code: "USD", rate: "1.2" }]);
});

it("restores partitions, also those that no migration makes, and inheritance", async () => {
  const source = await world.database(`
    create table event (id int, at date, kind text, primary key (id, at, kind)) partition by range (at);
    create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');
    create table ref (id int, at date, kind text, foreign key (id, at, kind) references event);
    create function stamp() returns trigger language plpgsql as $$ begin new.kind := 'stamped'; return new; end $$;
    create trigger stamp before update on event for each row execute function stamp();
    create table animal (name text); create table cat (lives int) inherits (animal)`);
  await source.query(`
    create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01') partition by list (kind);
    create table "event 2026 a" partition of event_2026 for values in ('a');
    create table event_2026_rest partition of event_2026 default;
    insert into event select g, date '2025-06-01' + g, case g % 2 when 0 then 'a' else 'b' end from generate_series(1, 400) g;
    insert into ref select id, at, kind from event;
    insert into animal values ('dog'); insert into cat values ('tom', 9)`);
  const { target, restored } = await roundTrip(source);
  await expectSame("select tableoid::regclass::text as part, * from event order by id", source, target);
  await expectSame("select tableoid::regclass::text as part, * from animal order by name", source, target);
  expect(restored.madePartitions.map(({ name }) => name).sort()).toEqual([
    "event 2026 a",
    "event_2026",
    "event_2026_rest",
  ]);
  await expect(target.query("insert into ref values (999, '2026-05-05', 'a')")).rejects.toThrow("foreign key");
});

it("refreshes materialised views after what they read", async () => {
  const source = await world.database(`
    create table sale (cents int);
    create materialized view z_total as select sum(cents) as total from sale;
    create view half as select total / 2 as half from z_total;
    create materialized view a_quarter as select half / 2 as quarter from half;
    create materialized view later as select count(*) from sale with no data;
    create materialized view never as select count(*) from sale with no data`);
  await source.query(`insert into sale values (100), (300);
    refresh materialized view z_total; refresh materialized view a_quarter; refresh materialized view later`);
  const { target } = await roundTrip(source);
  expect(await target.query("select quarter::int, (select count::int from later) as later from a_quarter")).toEqual([
    { quarter: 100, later: 2 },
  ]);
  await expect(target.query("select * from never")).rejects.toThrow("has not been populated");
});

it("is not held to the limits of a database that serves", async () => {
  const limits =
    "select string_agg(name || ' ' || setting, ', ' order by name) from pg_settings where name ~ '^(statement|transaction)_timeout$'";
  const source = await world.database(`create table a (id int); create materialized view found as ${limits}`);
  const { manifest } = await world.backUp(source);
  const target = await world.database();
  await world.postgres.query(
    `alter database ${target.name} set statement_timeout = '1h'; alter database ${target.name} set transaction_timeout = '1h'`,
  );
  await world.restore(manifest.id, target);
  expect(await target.query("select * from found")).toEqual([
    { string_agg: "statement_timeout 0, transaction_timeout 0" },
  ]);
});

it("restores tables with forced row-level security, backed up by a role that may pass it by", async () => {
  const source = await world.database(`
    create table secret (id int); alter table secret enable row level security; alter table secret force row level security;
    create policy none on secret using (id < 2)`);
  await world.postgres.query("insert into secret values (1), (2)", source.name);
  // The owner would see one row of two: no backup is better than half of one.
  await expect(world.backUp(source)).rejects.toMatchObject({
    reason: "not-allowed",
    remedy: expect.stringContaining("BYPASSRLS"),
  });
  const { manifest } = await world.backUp(source, { connect: () => source.connect("postgres") });
  const target = await world.database();
  await world.restore(manifest.id, target);
  expect(await target.query("select * from secret")).toEqual([{ id: 1 }]);
  expect(await world.postgres.query("select * from secret order by 1", target.name)).toEqual([{ id: 1 }, { id: 2 }]);
});

it("refuses a database that is not empty, unless it is to be replaced", async () => {
  const source = await world.database("create table a (id int); insert into a values (1)");
  const { manifest } = await world.backUp(source);
  const target = await world.database(`
    create table precious (id int); create schema app; create table app.b (id int); create type color as enum ('red'); insert into precious values (1)`);
  await expect(world.restore(manifest.id, target)).rejects.toMatchObject({
    reason: "not-empty",
    found: expect.stringMatching(/schema app.*relation precious/),
  });
  expect(await target.query("select * from precious")).toEqual([{ id: 1 }]);
  await world.restore(manifest.id, target, { replace: true });
  expect(await target.query("select * from a")).toEqual([{ id: 1 }]);
  await expect(target.query("select * from precious")).rejects.toThrow("does not exist");
  await expectSame(
    "select nspname::text, nspowner::regrole::text, nspacl::text from pg_namespace where nspname = 'public'",
    source,
    target,
  );
});

it("names everything that no migration makes before it loads a row, and leaves out what it is told to", async () => {
  const source = await world.database("create table a (id int)");
  await source.query(`
    alter table a add column "by hand" text; create table b (id serial); create sequence alone; insert into b values (1), (2); insert into a values (1, 'x')`);
  const { manifest } = await world.backUp(source);
  const target = await world.database();
  await expect(world.restore(manifest.id, target)).rejects.toMatchObject({
    reason: "schema-differs",
    found: expect.stringMatching(
      /column "by hand" of public.a.*table public.b \(2 rows\).*sequence public.alone.*sequence public.b_id_seq/s,
    ),
  });
  const other = await world.database();
  const restored = await world.restore(manifest.id, other, {
    leaveOut: ["public.b", "public.alone"],
    migrate: async () => void (await other.query('create table a (id int, "by hand" text)')),
  });
  expect(restored.leftOut).toEqual([{ schema: "public", name: "b" }]);
  expect(await other.query("select * from a")).toEqual([{ id: 1, "by hand": "x" }]);
});

it("tells what it could not bring back: what the caller found, large objects", async () => {
  const source = await world.database("create table a (id int)");
  await source.query("select lo_from_bytea(0, 'scan')");
  const outside = [{ kind: "function", name: "public.by_hand()" }];
  const created = await world.backUp(source, { schema: async () => ({ ...(await source.schema()), outside }) });
  expect(created.outside).toEqual([...outside, { kind: "large objects", name: "1", detail: "not in the backup" }]);
  const restored = await world.restore(created.manifest.id, await world.database());
  expect(restored.outside).toEqual(created.outside);
});

it("says which table a row did not fit, and not the row", async () => {
  const source = await world.database("create table a (id int, word text)");
  await source.query("insert into a values (1, 'canary-row-51b2')");
  const { manifest } = await world.backUp(source);
  const target = await world.database();
  const migrate = async () => void (await target.query("create table a (id int, word int)"));
  const failure = await world.restore(manifest.id, target, { migrate }).catch((error: Error) => error);
  expect(failure).toMatchObject({ reason: "refused-data", found: expect.stringContaining("public.a") });
  expect(`${(failure as Error).stack} ${JSON.stringify(failure)}`).not.toContain("canary");
  expect(await target.query("select * from a")).toEqual([]);
});

it("says that the database it restores into is full, and keeps nothing", async () => {
  const source = await world.database("create table a (id int)");
  await source.query("insert into a values (1)");
  const { manifest } = await world.backUp(source);
  const target = await world.database();
  const migrate = async () =>
    void (await target.query(`create function room() returns boolean language plpgsql as $$ begin
      raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; end $$;
      create table a (id int check (room()))`));
  await expect(world.restore(manifest.id, target, { migrate })).rejects.toMatchObject({
    reason: "database",
    found: expect.stringContaining("public.a: the database's own disk is full"),
  });
  expect(await target.query("select * from a")).toEqual([]);
});

it("says that its connection dropped, and that it was aborted, and leaves no session", async () => {
  const source = await world.database("create table a (words text)");
  await source.query("insert into a select repeat(md5(g::text), 10) from generate_series(1, 30000) g");
  const { manifest } = await world.backUp(source, { pieceBytes: 65_536 });
  const meanwhile = (act: () => unknown): Destination => {
    const folder = folderDestination(world.folder);
    let count = 0;
    return {
      ...folder,
      async get(path) {
        if (path.includes("t0001") && ++count === 3) await act();
        return folder.get(path);
      },
    };
  };
  const killed = await world.database();
  const sessionsOf = `from pg_stat_activity where application_name = '${killed.name}'`;
  const kill = () => world.postgres.query(`select pg_terminate_backend(pid) ${sessionsOf}`);
  await expect(world.restore(manifest.id, killed, { destination: meanwhile(kill) })).rejects.toMatchObject({
    reason: "connection-lost",
    found: expect.stringContaining("Loading public.a"),
  });
  expect(await killed.query("select * from a")).toEqual([]);

  const target = await world.database();
  const controller = new AbortController();
  const options = { destination: meanwhile(() => controller.abort()), signal: controller.signal };
  await expect(world.restore(manifest.id, target, options)).rejects.toMatchObject({ reason: "aborted" });
  expect(await target.query("select * from a")).toEqual([]);
});
