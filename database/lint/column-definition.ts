import type { ColumnDef, Constraint } from "libpg-query";
import { columnType } from "./column-type.ts";

export function columnConstraints(column: ColumnDef): Constraint[] {
  return (column.constraints ?? []).flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
}

const serials = new Set(["serial", "serial4", "bigserial", "serial8", "smallserial", "serial2"]);

/** A serial or an identity column: every row gets the next number. */
export function countsUp(column: ColumnDef): boolean {
  const identity = columnConstraints(column).some(({ contype }) => contype === "CONSTR_IDENTITY");
  return identity || serials.has(columnType(column.typeName).name);
}
