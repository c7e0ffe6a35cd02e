import type { ColumnDef, Node } from "libpg-query";
import { columnConstraints, countsUp } from "../column-definition.ts";
import type { LintedMigration } from "../linted-migration.ts";
import { quoted, relationName, sqlName } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import { batchedUpdate } from "../safe-form.ts";
import type { Statement } from "../statement.ts";
import type { TableCommand } from "../table-commands.ts";
import { typeChange } from "../type-change.ts";
import { volatileFunction } from "../volatility.ts";

/** Writes the whole table anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. */
export const tableRewrite: Rule = {
  name: "table-rewrite",
  check: (migration) => [
    ...migration.commands.flatMap((command) => {
      const rewrite = rewriteBy(command, migration);
      return rewrite ? problem(migration, command.statement, command.table, rewrite) : [];
    }),
    ...migration.statements.flatMap((statement) => wholeTable(migration, statement)),
  ],
};

interface Rewrite {
  why: string;
  safe: string;
}

function problem(migration: LintedMigration, statement: Statement, table: string, { why, safe }: Rewrite): Problem[] {
  const severity = migration.bySize(table);
  if (!severity) return [];
  const message = `${why} writes the whole table ${migration.named(table)} anew; nobody can read or write it meanwhile.`;
  return [{ statement, severity, message, safe }];
}

function rewriteBy(of: TableCommand, migration: LintedMigration): Rewrite | undefined {
  const { command, sql } = of;
  const def = command.def && "ColumnDef" in command.def ? command.def.ColumnDef : undefined;
  switch (command.subtype) {
    case "AT_AddColumn":
      return def && addedColumn(of, def);
    case "AT_AlterColumnType": {
      const change = typeChange(of, migration);
      return change && { why: change.what, safe: change.safe };
    }
    case "AT_SetExpression":
      return {
        why: "A new expression of a stored generated column",
        safe: `-- add a second column, have the code read it, then drop ${quoted(command.name ?? "")} in the contract phase;\n-- a VIRTUAL column is computed when read and costs nothing to add`,
      };
    case "AT_SetLogged":
    case "AT_SetUnLogged":
      return {
        why: "SET LOGGED or UNLOGGED",
        safe: `-- make a new table of the kind you need, fill it in batches and swap the names:\nCREATE ${command.subtype === "AT_SetUnLogged" ? "UNLOGGED " : ""}TABLE ${sql}_new (LIKE ${sql} INCLUDING ALL);`,
      };
    case "AT_SetAccessMethod":
    case "AT_SetTableSpace":
      return {
        why: command.subtype === "AT_SetTableSpace" ? "SET TABLESPACE" : "SET ACCESS METHOD",
        safe: `-- make a new table there, fill it in batches and swap the names:\nCREATE TABLE ${sql}_new (LIKE ${sql} INCLUDING ALL);`,
      };
    default:
      return undefined;
  }
}

function addedColumn({ sql, text, statement, end }: TableCommand, def: ColumnDef): Rewrite | undefined {
  const name = quoted(def.colname ?? "");
  const constraints = columnConstraints(def);
  const at = (offset: number | undefined) => offset ?? end;
  const type = statement.source.slice(at(def.typeName?.location), at(constraints[0]?.location)).trim();
  const inSteps = (columnDefault: string, itsType: string) =>
    [
      `ALTER TABLE ${sql} ADD COLUMN ${name} ${itsType};`,
      `ALTER TABLE ${sql} ALTER COLUMN ${name} SET DEFAULT ${columnDefault};`,
      batchedUpdate(sql, `${name} = DEFAULT`, `${name} IS NULL`),
    ].join("\n");
  if (countsUp(def)) {
    const sequence = `${sql.replaceAll('"', "")}_${def.colname}_seq`.split(".").map(quoted).join(".");
    const next = `nextval('${sequence.replaceAll("'", "''")}')`;
    return {
      why: `A new column ${name} that counts up`,
      safe: `CREATE SEQUENCE ${sequence};\n${inSteps(next, "bigint")}`,
    };
  }
  if (constraints.some(({ generated_kind }) => generated_kind === "s"))
    return {
      why: `A new stored generated column ${name}`,
      safe: [
        "-- Postgres 18 and later: computed when read, so there is nothing to write",
        `ALTER TABLE ${sql} ${text.replace(/\bstored\b/i, "VIRTUAL")};`,
        `-- before 18: a plain column that a trigger keeps, filled in batches`,
      ].join("\n"),
    };
  const index = constraints.findIndex(({ contype }) => contype === "CONSTR_DEFAULT");
  const given = constraints[index];
  const volatileName = given?.raw_expr && volatileFunction(given.raw_expr);
  if (!given || !volatileName) return undefined;
  const expression = statement.source.slice(at(given.location), at(constraints[index + 1]?.location));
  return {
    why: `A new column ${name} whose default differs for each row (${volatileName}())`,
    safe: inSteps(expression.replace(/^default\s+/i, "").trim(), type),
  };
}

function wholeTable(migration: LintedMigration, statement: Statement): Problem[] {
  const { node, schema } = statement;
  if ("ClusterStmt" in node) {
    const { relation } = node.ClusterStmt;
    const table = relation ? relationName(relation, schema) : "(every clustered table)";
    return problem(migration, statement, table, { why: "CLUSTER", safe: reclaim(relation ? sqlName(relation) : "") });
  }
  if (!("VacuumStmt" in node) || !isFull(node.VacuumStmt.options)) return [];
  const named = (node.VacuumStmt.rels ?? []).flatMap((rel) =>
    "VacuumRelation" in rel ? [rel.VacuumRelation.relation] : [],
  );
  const tables = named.length > 0 ? named : [undefined];
  return tables.flatMap((relation) =>
    problem(migration, statement, relation ? relationName(relation, schema) : "(every table)", {
      why: "VACUUM FULL",
      safe: reclaim(relation ? sqlName(relation) : ""),
    }),
  );
}

function isFull(options: Node[] | undefined): boolean {
  return (options ?? []).some((option) => "DefElem" in option && option.DefElem.defname === "full");
}

function reclaim(table: string): string {
  return `-- makes the space usable again without locking anybody out:\nVACUUM (ANALYZE)${table && ` ${table}`};`;
}
