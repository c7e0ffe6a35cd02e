import { parsePlPgSQLSync } from "libpg-query";
import { strings } from "../relation-name.ts";
import type { Rule } from "../rule.ts";
import type { Statement } from "../statement.ts";

/** SQL that is put together when it runs, or a language that is not PL/pgSQL: nobody looked inside. */
export const uncheckedCode: Rule = {
  name: "unchecked-code",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      if (!("DoStmt" in statement.node) || isReadable(statement)) return [];
      const message =
        "This block runs SQL that is put together at run time, so none of the other rules could look at it.";
      const safe = "-- write the statements out; for one that may have run already use IF NOT EXISTS or IF EXISTS";
      return [{ statement, severity: "warning", message, safe }];
    }),
};

function isReadable({ node, text }: Statement): boolean {
  const options = "DoStmt" in node ? (node.DoStmt.args ?? []) : [];
  const language = options.flatMap((option) =>
    "DefElem" in option && option.DefElem.defname === "language" && option.DefElem.arg
      ? strings([option.DefElem.arg])
      : [],
  );
  if (language.length > 0 && language[0] !== "plpgsql") return false;
  try {
    return !/"PLpgSQL_stmt_(dynexecute|dynfors)"/.test(JSON.stringify(parsePlPgSQLSync(text)));
  } catch {
    return false;
  }
}
