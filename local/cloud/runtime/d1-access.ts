import type { Runtime } from "../types.ts";
import type { Pack } from "./pack.ts";
import { splitStatements } from "./split-statements.ts";
import { storeCall } from "./store-call.ts";

type D1Result = Awaited<ReturnType<ReturnType<Runtime["d1"]>["query"]>>[number];

/** D1 of the storage instance. Several statements run in one transaction, as in the API, and give one result each. */
export function d1Access(storage: () => Pack, databaseId: string): ReturnType<Runtime["d1"]> {
  const call = storeCall(storage, "d1:db:entry", databaseId, false);
  return {
    async query(sql, params) {
      const statements = params.length > 0 ? [sql] : splitStatements(sql);
      const queries = statements.map((statement) => ({ sql: statement, params }));
      const { body } = await call("query?resultsFormat=ROWS_AND_COLUMNS", {
        method: "POST",
        body: JSON.stringify(queries),
      });
      const text = body.toString("utf8");
      const answer = parse(text);
      if (!Array.isArray(answer)) throw new Error(answer?.error ?? text);
      return answer.map(
        ({ results: { columns, rows }, meta }): D1Result => ({
          columns,
          results: rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]))),
          meta,
        }),
      );
    },
  };
}

type Answer =
  | { results: { columns: string[]; rows: unknown[][] }; meta: Record<string, unknown> }[]
  | { error?: string }
  | undefined;

function parse(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
