import type { IndexStmt } from "libpg-query";
import type { Severity } from "../finding.ts";
import type { LintedMigration } from "../linted-migration.ts";
import { canonicalName, quoted, relationName, sqlName, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import { outside } from "../safe-form.ts";
import type { Statement } from "../statement.ts";

/** Building an index without CONCURRENTLY stops every write to the table until it is built; dropping one stops reads too. */
export const blockingIndex: Rule = {
  name: "blocking-index",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      const { node } = statement;
      if ("IndexStmt" in node) return created(migration, statement, node.IndexStmt);
      if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX") return dropped(migration, statement);
      return "ReindexStmt" in node ? rebuilt(migration, statement) : [];
    }),
};

function created(migration: LintedMigration, statement: Statement, index: IndexStmt): Problem[] {
  const table = relationName(index.relation, statement.schema);
  const severity = migration.bySize(table);
  const partitioned = migration.facts(table)?.partitioned;
  // ON ONLY a partitioned table makes a name for its partitions' indexes to be attached to, and reads nothing.
  const nameOnly = index.relation?.inh !== true && partitioned !== false;
  if (index.concurrent || !severity || nameOnly) return [];
  return [
    {
      statement,
      severity,
      message: `CREATE INDEX without CONCURRENTLY: nobody can write to ${migration.named(table)} until the index is built.`,
      safe: partitioned ? onPartitions(index, statement) : `${outside}\n${concurrently(statement.text, "INDEX")};`,
    },
  ];
}

/** A partitioned table's index is made of its partitions' indexes, each built without blocking. */
function onPartitions(index: IndexStmt, { text }: Statement): string {
  const name = index.idxname ?? "";
  const part = text
    .replace(/^(\s*create\s+(?:unique\s+)?index)\b/i, "$1 CONCURRENTLY")
    .replace(/\bon\s+(?:only\s+)?[^\s(]+/i, "ON <partition>")
    .replace(name, `${name}_<partition>`);
  return [
    text.replace(/\bon\s+(?:only\s+)?/i, "ON ONLY ").concat(";"),
    "-- then for each partition, outside of a transaction:",
    `${part};`,
    `ALTER INDEX ${quoted(name)} ATTACH PARTITION ${quoted(name)}_<partition>;`,
  ].join("\n");
}

function dropped(migration: LintedMigration, statement: Statement): Problem[] {
  if (!("DropStmt" in statement.node) || statement.node.DropStmt.concurrent) return [];
  const names = (statement.node.DropStmt.objects ?? []).flatMap((object) =>
    "List" in object ? [canonicalName(strings(object.List.items), statement.schema)] : [],
  );
  const onNew = madeHere(migration, names);
  const tables = names.filter((name) => !onNew.has(name)).map((name) => migration.given.database?.indexes[name]?.table);
  const severity = worst(tables.map((table) => (table === undefined ? "error" : migration.bySize(table))));
  if (!severity) return [];
  const message = `DROP INDEX without CONCURRENTLY waits for everybody who uses ${tables.map((table) => (table ? migration.named(table) : "its table")).join(", ")}, and everybody else waits behind it.`;
  return [{ statement, severity, message, safe: `${outside}\n${concurrently(statement.text, "INDEX")};` }];
}

/** Indexes that this migration itself puts on a new table. */
function madeHere(migration: LintedMigration, names: readonly string[]): Set<string> {
  const indexes = migration.statements.flatMap(({ node, schema }) =>
    "IndexStmt" in node && migration.isNew(relationName(node.IndexStmt.relation, schema))
      ? [canonicalName([node.IndexStmt.relation?.schemaname ?? schema, node.IndexStmt.idxname ?? ""])]
      : [],
  );
  return new Set(names.filter((name) => indexes.includes(name)));
}

function rebuilt(migration: LintedMigration, statement: Statement): Problem[] {
  if (!("ReindexStmt" in statement.node)) return [];
  const { params = [], relation, kind, name } = statement.node.ReindexStmt;
  if (params.some((param) => "DefElem" in param && param.DefElem.defname === "concurrently")) return [];
  const own = relation ? relationName(relation, statement.schema) : undefined;
  const table = kind === "REINDEX_OBJECT_INDEX" && own ? migration.given.database?.indexes[own]?.table : own;
  const severity = table === undefined ? "error" : migration.bySize(table);
  if (!severity) return [];
  const what = table === undefined ? (name ?? sqlName(relation)) : migration.named(table);
  const message = `REINDEX without CONCURRENTLY: nobody can write to ${what} until the index is built.`;
  const safe = `${outside}\n${statement.text.replace(/\b(index|table|schema|database|system)\b/i, "$1 CONCURRENTLY")};`;
  return [{ statement, severity, message, safe }];
}

function concurrently(text: string, after: string): string {
  return text.replace(new RegExp(`\\b(${after})\\b`, "i"), "$1 CONCURRENTLY");
}

function worst(severities: readonly (Severity | undefined)[]): Severity | undefined {
  return severities.includes("error") ? "error" : severities.find((severity) => severity !== undefined);
}
