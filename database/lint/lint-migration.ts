import { loadModule } from "libpg-query";
import type { Finding } from "./finding.ts";
import { LintedMigration } from "./linted-migration.ts";
import type { MigrationToLint, Waiver } from "./migration-to-lint.ts";
import { parseStatements, SqlSyntaxError } from "./parse-statements.ts";
import { rules } from "./rules/index.ts";
import { withoutPasswords } from "./without-passwords.ts";

/**
 * What is dangerous about a migration, in the order of its lines, waived findings left out.
 * Text that does not parse is one finding of rule `syntax`; a waiver without a reason, of an unknown rule, or of one that finds
 * nothing is one of rule `waiver`. Neither can be waived.
 */
export async function lintMigration(migration: MigrationToLint): Promise<Finding[]> {
  await loadModule();
  const { waivers = [], database: _, ...withoutFacts } = migration;
  let found: Finding[];
  let withoutSizes: Finding[];
  try {
    const statements = parseStatements(migration.sql, migration.transaction);
    found = findingsOf(new LintedMigration(migration, statements));
    // A waiver is needed for the largest database the file meets, so it is not unused where the table is still small.
    withoutSizes = waivers.length > 0 ? findingsOf(new LintedMigration(withoutFacts, statements)) : [];
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    return [syntaxFinding(error, migration.sql)];
  }
  const waived = new Set(waivers.filter(({ reason }) => reason.trim() !== "").map(({ rule }) => rule));
  const needed = new Set([...found, ...withoutSizes].map(({ rule }) => rule));
  return [
    ...waivers.flatMap((waiver) => waiverFindings(waiver, needed)),
    ...found.filter(({ rule }) => !waived.has(rule)),
  ];
}

function findingsOf(migration: LintedMigration): Finding[] {
  const found = rules.flatMap(({ name, check }) =>
    check(migration).map(({ statement, severity, message, safe }) => ({
      rule: name,
      severity,
      line: statement.line,
      statement: withoutPasswords(statement.text),
      message,
      safe: withoutPasswords(safe),
    })),
  );
  return found.toSorted((a, b) => a.line - b.line);
}

function syntaxFinding({ message, line, column, found }: SqlSyntaxError, sql: string): Finding {
  // Where passwords may be about, no string is shown: what does not parse cannot be told apart.
  const mayBeSecret = /\b(role|user|password|connection|postgres)/i.test(sql);
  return {
    rule: "syntax",
    severity: "error",
    line,
    statement: mayBeSecret ? found.replace(/'[^']*'?|\$(\w*)\$.*?(\$\1\$|$)/g, "'***'") : found,
    message: `Postgres cannot read this, at line ${line}, column ${column}: ${mayBeSecret ? message.replace(/"['$].*"$/s, "a string") : message}.`,
    safe: "-- put the statement right; nothing else in this migration was looked at",
  };
}

function waiverFindings({ rule, reason }: Waiver, needed: ReadonlySet<string>): Finding[] {
  const names = rules.map(({ name }) => name);
  const finding = { rule: "waiver", line: 1, statement: "" };
  if (!names.includes(rule)) {
    const message = `There is no rule "${rule}" that can be waived; there are ${names.toSorted().join(", ")}.`;
    return [{ ...finding, severity: "error", message, safe: "-- name a rule, or remove the waiver" }];
  }
  if (reason.trim() === "") {
    const message = `The waiver of "${rule}" gives no reason.`;
    return [{ ...finding, severity: "error", message, safe: "-- say in the waiver why it is safe here" }];
  }
  if (needed.has(rule)) return [];
  const message = `The waiver of "${rule}" is not needed: the rule finds nothing here.`;
  return [{ ...finding, severity: "warning", message, safe: "-- remove the waiver" }];
}
