import { expect, it } from "vitest";
import { filtersOf } from "./read-filters.ts";

it.each<[string, { table: string; columns: string[] }[]]>([
  [
    "select * from ledger.entries e where e.account = $1 and $2::int = e.state and amount > $3",
    [{ table: "ledger.entries", columns: ["account", "state"] }],
  ],
  ["update entries set amount = $1 where account = any($2)", [{ table: "entries", columns: ["account"] }]],
  ["delete from entries where account in ($1, $2)", [{ table: "entries", columns: ["account"] }]],
  ["select (select count(*) from entries where account = $1)", [{ table: "entries", columns: ["account"] }]],
  ["select * from entries where account = $1 or state = $2", []],
  ["select * from entries where lower(name) = $1 and account = other", []],
  ["select * from entries join accounts a on a.id = account where a.id = $1", []],
  ["select * from entries where (cut short by the ser", []],
])("sees which columns are compared with values in %j", async (query, filters) => {
  expect(await filtersOf(query)).toEqual(filters);
});
