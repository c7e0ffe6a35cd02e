import type { Severity } from "./finding.ts";
import type { ColumnFacts, MigrationToLint, TableFacts } from "./migration-to-lint.ts";
import { newTablesIn } from "./new-tables.ts";
import type { Statement } from "./statement.ts";
import { type TableCommand, tableCommands } from "./table-commands.ts";

const MiB = 1024 * 1024;
/** Copying, sorting or scanning a table of up to this size takes a moment that nobody notices. */
const tiny = MiB;
/** Up to this size it takes about a second: worth a word, not a refusal. */
const small = 64 * MiB;

/** A migration as the rules look at it. */
export class LintedMigration {
  readonly statements: readonly Statement[];
  readonly commands: readonly TableCommand[];
  readonly given: MigrationToLint;
  readonly #new: ReadonlySet<string>;

  constructor(given: MigrationToLint, statements: readonly Statement[]) {
    this.given = given;
    this.statements = statements;
    this.commands = statements.flatMap(tableCommands);
    this.#new = newTablesIn(statements, given);
  }

  /** Created by this or by an earlier pending migration: empty, and used by nobody. */
  isNew(table: string): boolean {
    return this.#new.has(table);
  }

  facts(table: string): TableFacts | undefined {
    return this.given.database?.tables[table];
  }

  column(table: string, column: string | undefined): ColumnFacts | undefined {
    return this.facts(table)?.columns[column ?? ""];
  }

  /** How bad work proportional to the table's size is; undefined: not at all. */
  bySize(table: string): Severity | undefined {
    if (this.isNew(table)) return undefined;
    const bytes = this.facts(table)?.bytes;
    if (bytes === undefined || bytes > small) return "error";
    return bytes > tiny ? "warning" : undefined;
  }

  /** As `bySize`, for what matters on a tiny table too. */
  atLeastWarning(table: string): Severity | undefined {
    return this.isNew(table) ? undefined : (this.bySize(table) ?? "warning");
  }

  /** The table with its size, for messages. */
  named(table: string): string {
    const facts = this.facts(table);
    if (!facts) return `${table} (size unknown)`;
    return `${table} (about ${Math.max(0, Math.round(facts.rows)).toLocaleString("en-US")} rows, ${sizeText(facts.bytes)})`;
  }

  /** Earlier statements of the same transaction, in order. */
  before(statement: Statement): Statement[] {
    if (statement.transaction === undefined) return [];
    const earlier = this.statements.slice(0, this.statements.indexOf(statement));
    return earlier.filter(({ transaction }) => transaction === statement.transaction);
  }
}

function sizeText(bytes: number): string {
  const unit = bytes >= 1024 * MiB ? { size: 1024 * MiB, name: "GB" } : { size: MiB, name: "MB" };
  return `${(bytes / unit.size).toFixed(1)} ${unit.name}`;
}
