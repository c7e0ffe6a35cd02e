import type { Node } from "libpg-query";
import { strings } from "./relation-name.ts";
import { walk } from "./walk.ts";

/**
 * Functions that give the same value for every row of one statement, so that ADD COLUMN ... DEFAULT needs no rewrite.
 * A function that is not here counts as volatile, as Postgres treats one that was not declared otherwise.
 */
export const notVolatile: readonly string[] = [
  ...["now", "transaction_timestamp", "statement_timestamp", "date_trunc", "timezone", "age", "make_date", "to_char"],
  ...["make_interval", "make_timestamp", "make_timestamptz", "make_time", "to_timestamp", "to_date", "date_part"],
  ...[
    "lower",
    "upper",
    "initcap",
    "concat",
    "concat_ws",
    "md5",
    "repeat",
    "replace",
    "length",
    "substr",
    "lpad",
    "rpad",
  ],
  ...["substring", "btrim", "ltrim", "rtrim", "format", "left", "right", "encode", "decode", "sha256", "abs", "round"],
  ...["floor", "ceil", "jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "to_json"],
  ...["to_jsonb", "array_fill", "string_to_array", "current_setting", "current_schema", "version", "int4range"],
  ...["int8range", "numrange", "tsrange", "tstzrange", "daterange"],
];

const known = new Set(notVolatile);

/** The first function in a default that may give another value for each row. */
export function volatileFunction(expression: Node): string | undefined {
  let found: string | undefined;
  walk(expression, (node) => {
    if (!("FuncCall" in node)) return;
    const names = strings(node.FuncCall.funcname);
    const builtIn = names.length === 1 || names[0] === "pg_catalog";
    if (!builtIn || !known.has(names.at(-1) ?? "")) found ??= names.filter((part) => part !== "pg_catalog").join(".");
  });
  return found;
}
