import { alone, partitioned, type RuleCases, tiny, withCheck, withIndexes } from "./rule-case.ts";

/** Rules about who has to wait. For each: SQL that must be found in a database with a big table `ledger`, and SQL that must pass. */
export const casesOfLocks: Record<string, RuleCases> = {
  "blocking-index": {
    found: [
      ["create index on ledger (amount)"],
      ["create unique index if not exists by_code on public.ledger (code) where code is not null"],
      ["create index by_amount on ledger (amount)", partitioned],
      ["drop index by_amount", withIndexes(true)],
      ["drop index if exists unheard_of"],
      ["reindex table ledger"],
      ["reindex index by_amount", withIndexes(true)],
      ["reindex (verbose) schema public", alone],
    ],
    fine: [
      ["create index concurrently on ledger (amount)", alone],
      ["drop index concurrently by_amount", alone],
      ["reindex table concurrently ledger", alone],
      ["reindex (concurrently) index by_amount", alone],
      ["create index on ledger (amount)", tiny],
      ["create table fresh (a int); create index on fresh (a)"],
      ["create table fresh (a int); create index by_a on fresh (a); drop index by_a"],
    ],
  },
  "invalid-index": {
    given: alone,
    found: [
      ["create index concurrently if not exists by_amount on ledger (amount)"],
      ["create index concurrently if not exists by_amount on ledger (amount)", withIndexes(false)],
    ],
    fine: [
      ["create index concurrently by_amount on ledger (amount)"],
      ["create index concurrently if not exists by_amount on ledger (amount)", withIndexes(true)],
      [
        "drop index concurrently if exists by_amount; create index concurrently if not exists by_amount on ledger (amount)",
      ],
    ],
  },
  "blocking-constraint": {
    found: [
      ["alter table ledger add constraint positive check (amount > 0)"],
      ["alter table ledger add check (amount > 0)"],
      ["alter table ledger add foreign key (small) references account (id) on delete cascade"],
      ['alter table ledger add constraint "To Account" foreign key (small) references account'],
      ["alter table ledger add constraint filled not null note"],
      ["alter table ledger add column kind text check (kind <> '') default 'x'"],
      ["alter table ledger add column account int default 1 constraint c references account (id)"],
    ],
    fine: [
      ["alter table ledger add constraint positive check (amount > 0) not valid"],
      ["alter table ledger add foreign key (small) references account (id) not valid"],
      ["alter table ledger add constraint positive check (amount > 0) not enforced"],
      ["alter table ledger add constraint filled not null note not valid"],
      ["alter table ledger add constraint filled not null id"],
      ["alter table ledger add column account int references account (id)"],
      ["alter table ledger add check (amount > 0)", tiny],
      ["create table fresh (a int); alter table fresh add check (a > 0)"],
    ],
  },
  "blocking-unique": {
    found: [
      ["alter table ledger add unique (code)"],
      ["alter table ledger add constraint one unique nulls not distinct (code, note) include (small)"],
      ["alter table ledger add primary key (id)"],
      ["alter table ledger add column token text unique"],
      ["alter table ledger add exclude using gist (span with &&)"],
    ],
    fine: [
      ["alter table ledger add constraint one unique using index by_code"],
      ["alter table ledger add primary key using index by_id"],
      ["alter table ledger add unique (code)", tiny],
    ],
  },
  "set-not-null": {
    found: [
      ["alter table ledger alter column note set not null"],
      ["alter table ledger alter column note set not null", withCheck("CHECK ((note IS NOT NULL)) NOT VALID", false)],
      ["alter table ledger alter column note set not null", withCheck("CHECK (((note IS NOT NULL) OR (id > 1)))")],
      [
        "alter table ledger add constraint c check (note is not null) not valid; alter table ledger alter note set not null",
      ],
    ],
    fine: [
      ["alter table ledger alter column id set not null"],
      ["alter table ledger alter column note set not null", withCheck("CHECK ((note IS NOT NULL))")],
      ["alter table ledger alter column note set not null", withCheck("CHECK (((note IS NOT NULL) AND (id > 1)))")],
      [
        "alter table ledger validate constraint known; alter table ledger alter column note set not null",
        withCheck("CHECK ((note IS NOT NULL)) NOT VALID", false),
      ],
      ["alter table ledger alter column note set not null", tiny],
    ],
  },
  "blocking-refresh": {
    found: [["refresh materialized view totals"]],
    fine: [["refresh materialized view concurrently totals"], ["refresh materialized view totals with no data"]],
  },
  "validate-in-same-transaction": {
    found: [
      ["alter table ledger add constraint c check (id > 0) not valid; alter table ledger validate constraint c"],
      ["alter table ledger add column note2 text; alter table ledger validate constraint known"],
    ],
    fine: [
      ["alter table ledger validate constraint known"],
      ["alter table ledger add constraint c check (id > 0) not valid; alter table ledger validate constraint c", alone],
      ["alter table other add column note2 text; alter table ledger validate constraint known"],
    ],
  },
  "backfill-with-ddl": {
    found: [
      ["alter table ledger add column note2 text; update ledger set note2 = note where note2 is null"],
      ["alter table other add column note2 text; delete from ledger where id < 5"],
      ["alter table other add column note2 text; insert into ledger select * from old_ledger"],
    ],
    fine: [
      ["alter table ledger add column note2 text; update ledger set note2 = note where note2 is null", alone],
      ["update ledger set note = 'x' where note is null"],
      ["alter table ledger add column note2 text; insert into ledger (id) values (1)"],
      ["create table fresh (a int); insert into ledger select * from fresh"],
    ],
  },
  "several-tables-locked": {
    found: [
      ["alter table ledger add column a text; alter table other add column a text"],
      ["lock table ledger; drop table other"],
      ["create trigger t after insert on ledger for each row execute function f(); truncate other"],
    ],
    fine: [
      ["alter table ledger add column a text; alter table ledger add column b text"],
      ["alter table ledger add column a text; alter table other add column a text", alone],
      ["create table fresh (a int); alter table fresh add column b int; alter table ledger add column a text"],
      ["alter table ledger validate constraint a; alter table other validate constraint b"],
    ],
  },
  "explicit-lock": {
    found: [["lock table ledger"], ["lock table ledger in share mode"], ["lock ledger", tiny]],
    fine: [["lock table ledger in row share mode"], ["create table fresh (a int); lock table fresh"]],
  },
  "enum-value-in-transaction": {
    found: [
      ["alter type kind add value 'late'; update ledger set kind = 'late' where id = 1"],
      [
        "alter type kind add value if not exists 'late' after 'a'; alter table ledger alter column kind set default 'late'",
      ],
    ],
    fine: [
      ["alter type kind add value 'late'"],
      ["alter type kind add value 'late'; update ledger set kind = 'late' where id = 1", alone],
      ["create type kind as enum ('a'); alter type kind add value 'late'; select 'late'::kind"],
      ["alter type kind add value 'late'; update ledger set kind = 'early' where id = 1"],
    ],
  },
};
