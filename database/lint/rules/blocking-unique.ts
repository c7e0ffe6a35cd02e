import type { Constraint, Node } from "libpg-query";
import { columnConstraints } from "../column-definition.ts";
import { quoted, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import { outside } from "../safe-form.ts";
import type { TableCommand } from "../table-commands.ts";

const kinds: Record<string, string> = {
  CONSTR_UNIQUE: "UNIQUE",
  CONSTR_PRIMARY: "PRIMARY KEY",
  CONSTR_EXCLUSION: "EXCLUDE",
};

/** UNIQUE, PRIMARY KEY and EXCLUDE build their index under ACCESS EXCLUSIVE, unless they take over one that exists. */
export const blockingUnique: Rule = {
  name: "blocking-unique",
  check: (migration) =>
    migration.commands.flatMap((of) =>
      constraintsOf(of).flatMap(({ constraint, columns }): Problem[] => {
        const kind = kinds[constraint.contype ?? ""];
        const severity = migration.bySize(of.table);
        if (!kind || constraint.indexname || !severity) return [];
        return [
          {
            statement: of.statement,
            severity,
            message: `${kind} builds its index while nobody can read or write ${migration.named(of.table)}.`,
            safe: kind === "EXCLUDE" ? exclusion(of) : takingOver(of, constraint, kind, columns),
          },
        ];
      }),
    ),
};

function constraintsOf({ command }: TableCommand): { constraint: Constraint; columns: string[] }[] {
  const { def, subtype } = command;
  if (!def) return [];
  if (subtype === "AT_AddConstraint" && "Constraint" in def)
    return [{ constraint: def.Constraint, columns: strings(def.Constraint.keys) }];
  if (subtype !== "AT_AddColumn" || !("ColumnDef" in def)) return [];
  return columnConstraints(def.ColumnDef).map((constraint) => ({ constraint, columns: [def.ColumnDef.colname ?? ""] }));
}

function takingOver(
  { table, sql, command, text }: TableCommand,
  constraint: Constraint,
  kind: string,
  columns: string[],
): string {
  const suffix = kind === "UNIQUE" ? [...columns, "key"] : ["pkey"];
  const name = quoted(constraint.conname ?? [table.split(".").at(-1), ...suffix].join("_"));
  const including = list("INCLUDE", constraint.including);
  const nulls = constraint.nulls_not_distinct ? " NULLS NOT DISTINCT" : "";
  const addColumn = `ALTER TABLE ${sql} ${text.replace(/\s+(?:constraint\s+\S+\s+)?(?:unique|primary\s+key)\b/i, "")};\n`;
  return [
    `${command.subtype === "AT_AddColumn" ? addColumn : ""}${outside}`,
    `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${sql} (${columns.map(quoted).join(", ")})${including}${nulls};`,
    `ALTER TABLE ${sql} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name};`,
  ].join("\n");
}

function list(keyword: string, names: Node[] | undefined): string {
  return names && names.length > 0 ? ` ${keyword} (${strings(names).map(quoted).join(", ")})` : "";
}

function exclusion({ sql, text }: TableCommand): string {
  return [
    "-- Postgres has no way to add EXCLUDE without blocking: put it on a new table, fill that in batches, swap the names",
    `CREATE TABLE ${sql}_new (LIKE ${sql} INCLUDING ALL);`,
    `ALTER TABLE ${sql}_new ${text};`,
  ].join("\n");
}
