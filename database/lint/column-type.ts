import { type Node, parseSync, type TypeName } from "libpg-query";
import { strings } from "./relation-name.ts";

interface ColumnType {
  /** Postgres' own name, e.g. `varchar`, `int4`; those outside `pg_catalog` with their schema if it was written. */
  name: string;
  /** e.g. [10, 2] of numeric(10,2). */
  modifiers: number[];
  array: boolean;
}

export function columnType(type: TypeName | undefined): ColumnType {
  const names = strings(type?.names);
  return {
    name: (names[0] === "pg_catalog" ? names.slice(1) : names).join("."),
    modifiers: (type?.typmods ?? []).map((node) => ("A_Const" in node ? (node.A_Const.ival?.ival ?? 0) : 0)),
    array: (type?.arrayBounds ?? []).length > 0,
  };
}

/** The type that `format_type` printed, e.g. `timestamp(3) without time zone`. */
export function parseColumnType(printed: string): ColumnType | undefined {
  const target = selected(`select null::${printed}`);
  return target && "TypeCast" in target ? columnType(target.TypeCast.typeName) : undefined;
}

function selected(sql: string): Node | undefined {
  const statement = parseSync(sql).stmts?.[0]?.stmt;
  const target = statement && "SelectStmt" in statement ? statement.SelectStmt.targetList?.[0] : undefined;
  return target && "ResTarget" in target ? target.ResTarget.val : undefined;
}

/** Types whose values stay the same bytes when their limit, the first modifier, grows or goes. */
const limited = new Set(["varchar", "varbit", "numeric", "timestamp", "timestamptz", "time", "timetz"]);

/**
 * Whether every stored value is a value of the new type as it stands, so that neither the table nor an index is written anew.
 * Source: `ATColumnChangeRequiresRewrite` and the planner's support functions of the length casts; compared with a real
 * Postgres in `claims.test.ts`.
 */
export function isWidening(from: ColumnType, to: ColumnType): boolean {
  if (from.array !== to.array) return false;
  if (from.name === to.name) {
    if (sameNumbers(from.modifiers, to.modifiers)) return true;
    return !from.array && limited.has(from.name) && limitGrows(from, to);
  }
  if (from.array) return false;
  if (from.name === "varchar") return to.name === "text";
  return from.name === "text" && to.name === "varchar" && to.modifiers.length === 0;
}

function limitGrows(from: ColumnType, to: ColumnType): boolean {
  if (to.modifiers.length === 0) return true;
  if (from.modifiers.length === 0) return false;
  const [before = 0, scaleBefore = 0] = from.modifiers;
  const [after = 0, scaleAfter = 0] = to.modifiers;
  return after >= before && scaleBefore === scaleAfter;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
