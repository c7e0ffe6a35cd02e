import type { Constraint } from "libpg-query";
import { columnConstraints } from "../column-definition.ts";
import type { LintedMigration } from "../linted-migration.ts";
import { quoted, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import { later } from "../safe-form.ts";
import type { TableCommand } from "../table-commands.ts";

/** A constraint that is checked against every row while it is added: writes wait, for a CHECK reads too. */
export const blockingConstraint: Rule = {
  name: "blocking-constraint",
  check: (migration) =>
    migration.commands.flatMap((command) => [...ofTable(migration, command), ...ofColumn(migration, command)]),
};

const names: Record<string, string> = {
  CONSTR_CHECK: "CHECK",
  CONSTR_FOREIGN: "FOREIGN KEY",
  CONSTR_NOTNULL: "NOT NULL",
};

function ofTable(migration: LintedMigration, of: TableCommand): Problem[] {
  const { command, table, sql, statement, end } = of;
  const constraint = command.def && "Constraint" in command.def ? command.def.Constraint : undefined;
  const kind = names[constraint?.contype ?? ""];
  const severity = migration.bySize(table);
  if (command.subtype !== "AT_AddConstraint" || !constraint || !kind || !severity || !isChecked(constraint)) return [];
  if (kind === "NOT NULL" && migration.column(table, strings(constraint.keys)[0])?.notNull) return [];
  const name = quoted(constraint.conname ?? generatedName(table, constraint));
  const body = statement.source.slice(constraint.location ?? end, end).replace(/^constraint\s+("[^"]*"|\S+)\s+/i, "");
  return [
    {
      statement,
      severity,
      message: `${kind} without NOT VALID checks every row of ${migration.named(table)} while ${kind === "FOREIGN KEY" ? "nobody can write to it or to the table it refers to" : "nobody can read or write it"}.`,
      safe: `ALTER TABLE ${sql} ADD CONSTRAINT ${name} ${body} NOT VALID;\n${later}\nALTER TABLE ${sql} VALIDATE CONSTRAINT ${name};`,
    },
  ];
}

/** ADD COLUMN with a CHECK; with a REFERENCES only if a default fills the rows, for NULL needs no check. */
function ofColumn(migration: LintedMigration, of: TableCommand): Problem[] {
  const { command, table, sql, statement, end, text, start } = of;
  const severity = migration.bySize(table);
  if (command.subtype !== "AT_AddColumn" || !command.def || !("ColumnDef" in command.def) || !severity) return [];
  const constraints = columnConstraints(command.def.ColumnDef);
  const filled = constraints.some(({ contype }) => contype === "CONSTR_DEFAULT" || contype === "CONSTR_GENERATED");
  return constraints.flatMap((constraint, index): Problem[] => {
    const kind = constraint.contype;
    const checked = kind === "CONSTR_CHECK" || (kind === "CONSTR_FOREIGN" && filled);
    if (!checked || !isChecked(constraint)) return [];
    const column = command.def && "ColumnDef" in command.def ? (command.def.ColumnDef.colname ?? "") : "";
    const from = constraint.location ?? end;
    const to = constraints[index + 1]?.location ?? end;
    const name = quoted(constraint.conname ?? generatedName(table, constraint, column));
    const body = statement.source
      .slice(from, to)
      .trim()
      .replace(/^constraint\s+("[^"]*"|\S+)\s+/i, "");
    const rest = `${statement.source.slice(start, from)}${statement.source.slice(to, start + Buffer.byteLength(text))}`;
    const reference = kind === "CONSTR_FOREIGN" ? `FOREIGN KEY (${quoted(column)}) ` : "";
    return [
      {
        statement,
        severity,
        message: `ADD COLUMN with ${names[kind ?? ""]} checks every row of ${migration.named(table)} while nobody can read or write it.`,
        safe: [
          `ALTER TABLE ${sql} ${rest.trim()};`,
          `ALTER TABLE ${sql} ADD CONSTRAINT ${name} ${reference}${body} NOT VALID;`,
          later,
          `ALTER TABLE ${sql} VALIDATE CONSTRAINT ${name};`,
        ].join("\n"),
      },
    ];
  });
}

function isChecked(constraint: Constraint): boolean {
  return !constraint.skip_validation && constraint.is_enforced !== false;
}

const suffixes: Record<string, string> = { CONSTR_FOREIGN: "fkey", CONSTR_NOTNULL: "not_null" };

/** About the name Postgres would give. */
function generatedName(table: string, constraint: Constraint, column?: string): string {
  const suffix = suffixes[constraint.contype ?? ""] ?? "check";
  const columns = column === undefined ? [...strings(constraint.fk_attrs), ...strings(constraint.keys)] : [column];
  return [table.split(".").at(-1), ...columns, suffix].join("_");
}
