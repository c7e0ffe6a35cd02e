import { alone, type RuleCases } from "./rule-case.ts";

/** Rules about what does not belong into a migration, or into a transaction. For each: SQL that must be found in a database with a big table `ledger`, and SQL that must pass. */
export const casesOfStatements: Record<string, RuleCases> = {
  "cannot-run-in-transaction": {
    found: [
      ["create index concurrently on ledger (amount)"],
      ["drop index concurrently by_amount"],
      ["reindex (concurrently) table ledger"],
      ["reindex database finance"],
      ["vacuum ledger"],
      ["create database other"],
      ["drop database other"],
      ["alter system set work_mem = '1GB'"],
      ["cluster"],
      ["alter table ledger detach partition ledger_2020 concurrently"],
      ["begin; create index concurrently on ledger (amount); commit", alone],
    ],
    fine: [
      ["create index concurrently on ledger (amount)", alone],
      ["begin; commit; vacuum ledger", alone],
      ["analyze ledger"],
      ["alter table ledger detach partition ledger_2020"],
    ],
  },
  "transaction-control": {
    found: [["begin; select 1"], ["commit"], ["select 1; start transaction", alone]],
    fine: [["begin; select 1; commit", alone], ["savepoint a; release a"]],
  },
  "unchecked-code": {
    found: [
      ["do $$ begin execute 'drop table ' || current_setting('x'); end $$"],
      ["do language plperl 'spi_exec_query(q(drop table ledger))'"],
    ],
    fine: [["do $$ begin alter table ledger add column a text; exception when duplicate_column then null; end $$"]],
  },
  "grant-to-public": {
    found: [
      ["grant select on ledger to public"],
      ["grant usage on schema finance to app, public"],
      ["alter default privileges in schema public grant select on tables to public"],
    ],
    fine: [["grant select on ledger to app"], ["revoke all on ledger from public"]],
  },
  extension: {
    found: [["create extension if not exists pg_trgm"], ["create extension pg_trgm", { extensions: ["citext"] }]],
    fine: [["create extension pg_trgm", { extensions: ["pg_trgm"] }]],
  },
  "secret-in-migration": {
    found: [
      ["create role app login password 'x'"],
      ["alter role app password 'x'"],
      ["create user mapping for app server s options (user 'a', password 'x')"],
      ["insert into setting values ('postgres://app:x@db/finance')"],
      ["create subscription s connection 'host=db password=x' publication p", alone],
    ],
    fine: [["create role app"], ["alter role app password null"], ["create table account (password text)"]],
  },
};
