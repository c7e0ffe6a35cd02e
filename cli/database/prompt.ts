import { createInterface } from "node:readline/promises";
import { type Client, DatabaseError, type QueryResult } from "pg";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Console } from "../output/console.ts";
import { table } from "../output/table.ts";
import { UserError } from "../user-error.ts";

/** The rows of the last statement. @throws UserError with what Postgres said */
export async function runSql(client: Client, sql: string): Promise<Record<string, unknown>[]> {
  return (await resultsOf(client, sql)).at(-1)?.rows ?? [];
}

/** Runs one text of statements, or those that are typed until Ctrl-D or `\q`; a statement ends with a semicolon. */
export async function prompt(console: Console, client: Client, sql: string | undefined): Promise<ExitCode> {
  if (sql !== undefined) {
    for (const result of await resultsOf(client, sql)) console.raw(`${shown(result)}\n`);
    return exitCode.ok;
  }
  const lines = createInterface({ input: console.stdin, output: console.stderr, prompt: `${client.database}=> ` });
  let text = "";
  if (console.interactive) lines.prompt();
  for await (const line of lines) {
    if (text === "" && line.trim() === "\\q") break;
    text = text === "" ? line : `${text}\n${line}`;
    if (/;\s*$/.test(text)) {
      await resultsOf(client, text).then(
        (results) => {
          for (const result of results) console.raw(`${shown(result)}\n`);
        },
        (error: unknown) => {
          if (!(error instanceof UserError)) throw error;
          console.note(error.message);
        },
      );
      text = "";
    }
    if (text.trim() === "") text = "";
    if (console.interactive) lines.prompt();
  }
  lines.close();
  return exitCode.ok;
}

async function resultsOf(client: Client, sql: string): Promise<QueryResult[]> {
  try {
    return [await client.query(sql)].flat();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { message, code, hint } = error;
    throw new UserError(`${message} (${code ?? "no code"})${hint ? `; ${hint}` : ""}`, { cause: error });
  }
}

function shown({ fields = [], rows, command, rowCount }: QueryResult): string {
  if (fields.length === 0) return `${command} ${rowCount ?? ""}`.trim();
  const names = fields.map(({ name }) => name);
  return `${table(
    names,
    rows.map((row) => names.map((name) => text(row[name]))),
  )}\n(${rows.length} rows)`;
}

function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
