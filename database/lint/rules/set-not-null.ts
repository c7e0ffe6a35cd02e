import { type Node, parseSync } from "libpg-query";
import type { LintedMigration } from "../linted-migration.ts";
import { quoted, strings } from "../relation-name.ts";
import type { Rule } from "../rule.ts";
import { later } from "../safe-form.ts";
import type { Statement } from "../statement.ts";
import { tableCommands } from "../table-commands.ts";

/** SET NOT NULL reads the whole table under ACCESS EXCLUSIVE, unless a validated CHECK already says that no NULL is there. */
export const setNotNull: Rule = {
  name: "set-not-null",
  check: (migration) =>
    migration.commands.flatMap((of) => {
      const { command, table, sql, statement } = of;
      const column = command.name ?? "";
      const severity = migration.bySize(table);
      if (command.subtype !== "AT_SetNotNull" || !severity || migration.column(table, column)?.notNull) return [];
      if (columnsWithoutNull(migration, table, statement).has(column)) return [];
      const name = quoted(`${table.split(".").at(-1)}_${column}_not_null`);
      return [
        {
          statement,
          severity,
          message: `SET NOT NULL reads every row of ${migration.named(table)} while nobody can read or write it.`,
          safe: [
            `ALTER TABLE ${sql} ADD CONSTRAINT ${name} CHECK (${quoted(column)} IS NOT NULL) NOT VALID;`,
            later,
            `ALTER TABLE ${sql} VALIDATE CONSTRAINT ${name};`,
            `ALTER TABLE ${sql} ALTER COLUMN ${quoted(column)} SET NOT NULL;`,
            `ALTER TABLE ${sql} DROP CONSTRAINT ${name};`,
          ].join("\n"),
        },
      ];
    }),
};

/** Columns for which a CHECK was validated in the database or by an earlier statement. */
function columnsWithoutNull(migration: LintedMigration, table: string, until: Statement): Set<string> {
  const checks = new Map<string, { columns: string[]; validated: boolean }>();
  for (const [name, { definition, validated }] of Object.entries(migration.facts(table)?.constraints ?? {})) {
    checks.set(name, { columns: columnsOfDefinition(definition), validated });
  }
  const earlier = migration.statements.slice(0, migration.statements.indexOf(until)).flatMap(tableCommands);
  for (const { command } of earlier.filter((other) => other.table === table)) {
    const constraint = command.def && "Constraint" in command.def ? command.def.Constraint : undefined;
    if (command.subtype === "AT_AddConstraint" && constraint?.raw_expr && constraint.conname) {
      const columns = notNullColumns(constraint.raw_expr);
      checks.set(constraint.conname, { columns, validated: !constraint.skip_validation });
    }
    const known = checks.get(command.name ?? "");
    if (command.subtype === "AT_ValidateConstraint" && known) known.validated = true;
    if (command.subtype === "AT_DropConstraint") checks.delete(command.name ?? "");
  }
  return new Set([...checks.values()].flatMap(({ columns, validated }) => (validated ? columns : [])));
}

function columnsOfDefinition(definition: string): string[] {
  if (!definition.startsWith("CHECK")) return [];
  const statement = parseSync(`alter table t add ${definition}`).stmts?.[0]?.stmt;
  const command = statement && "AlterTableStmt" in statement ? statement.AlterTableStmt.cmds?.[0] : undefined;
  const def = command && "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
  return def && "Constraint" in def && def.Constraint.raw_expr ? notNullColumns(def.Constraint.raw_expr) : [];
}

function notNullColumns(expression: Node): string[] {
  if ("BoolExpr" in expression && expression.BoolExpr.boolop === "AND_EXPR")
    return (expression.BoolExpr.args ?? []).flatMap(notNullColumns);
  if (!("NullTest" in expression) || expression.NullTest.nulltesttype !== "IS_NOT_NULL") return [];
  const { arg } = expression.NullTest;
  return arg && "ColumnRef" in arg ? strings(arg.ColumnRef.fields).slice(-1) : [];
}
