import { relationName } from "../relation-name.ts";
import type { Rule } from "../rule.ts";

/** REFRESH MATERIALIZED VIEW without CONCURRENTLY keeps readers out until it is done. */
export const blockingRefresh: Rule = {
  name: "blocking-refresh",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      if (!("RefreshMatViewStmt" in statement.node)) return [];
      const { concurrent, skipData, relation } = statement.node.RefreshMatViewStmt;
      const view = relationName(relation, statement.schema);
      const severity = migration.bySize(view);
      if (concurrent || skipData || !severity) return [];
      const message = `REFRESH MATERIALIZED VIEW without CONCURRENTLY: nobody can read ${migration.named(view)} meanwhile.`;
      const safe = `-- needs a unique index on the view\n${statement.text.replace(/\bview\b/i, "VIEW CONCURRENTLY")};`;
      return [{ statement, severity, message, safe }];
    }),
};
