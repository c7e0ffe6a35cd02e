import type { Node } from "libpg-query";
import { columnType, isWidening, parseColumnType } from "./column-type.ts";
import type { LintedMigration } from "./linted-migration.ts";
import { quoted, strings } from "./relation-name.ts";
import { batchedUpdate } from "./safe-form.ts";
import type { TableCommand } from "./table-commands.ts";

/** An ALTER COLUMN ... TYPE that is more than a wider limit. */
export function typeChange(of: TableCommand, migration: LintedMigration): { what: string; safe: string } | undefined {
  const { command, sql, table, text } = of;
  if (command.subtype !== "AT_AlterColumnType" || !command.def || !("ColumnDef" in command.def)) return undefined;
  const { typeName, raw_default: using, collClause } = command.def.ColumnDef;
  const before = migration.column(table, command.name)?.type;
  const from = before === undefined ? undefined : parseColumnType(before);
  const keepsValues = using === undefined || isColumn(using, command.name);
  if (from && keepsValues && !collClause && isWidening(from, columnType(typeName))) return undefined;
  const column = quoted(command.name ?? "");
  const fresh = quoted(`${command.name}_new`);
  const newType = text.replace(/^.*?\btype\s+/is, "").replace(/\s+using\s.*$/is, "");
  const value = /\susing\s+(.*)$/is.exec(text)?.[1] ?? `${column}::${newType}`;
  return {
    what: `Changing ${table}.${command.name} from ${before ?? "its type (unknown here)"} to ${newType}`,
    safe: [
      `ALTER TABLE ${sql} ADD COLUMN ${fresh} ${newType};`,
      "-- the new version writes both columns and reads the new one",
      batchedUpdate(sql, `${fresh} = ${value}`, `${fresh} IS NULL AND ${column} IS NOT NULL`),
      `-- in the contract phase:\nALTER TABLE ${sql} DROP COLUMN ${column};`,
    ].join("\n"),
  };
}

/** `USING amount` says what Postgres does anyway. */
function isColumn(expression: Node, name: string | undefined): boolean {
  return "ColumnRef" in expression && strings(expression.ColumnRef.fields).join(".") === name;
}
