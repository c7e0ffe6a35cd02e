import type { Rule } from "../rule.ts";

/** An extension is code that runs in the server; which ones may is decided elsewhere than in a migration. */
export const extension: Rule = {
  name: "extension",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      if (!("CreateExtensionStmt" in statement.node)) return [];
      const name = statement.node.CreateExtensionStmt.extname ?? "";
      const allowed = migration.given.extensions ?? [];
      if (allowed.includes(name)) return [];
      const may = allowed.length > 0 ? `allowed are ${allowed.join(", ")}` : "none is allowed";
      const safe = `-- have ${name} added to the extensions that migrations may create, then:\nCREATE EXTENSION IF NOT EXISTS ${name};`;
      return [{ statement, severity: "error", message: `The extension ${name} is not allowed here; ${may}.`, safe }];
    }),
};
