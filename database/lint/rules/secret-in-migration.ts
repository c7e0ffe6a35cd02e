import type { Node } from "libpg-query";
import type { Rule } from "../rule.ts";
import { walk } from "../walk.ts";

/** A password in a migration is a password in the repository. */
export const secretInMigration: Rule = {
  name: "secret-in-migration",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      let found = false;
      walk(statement.node, (node) => {
        found ||= isPassword(node) || isConnectionString(node);
      });
      if (!found) return [];
      const message = "A password or connection string stands in the file, and so in the repository and its history.";
      const safe =
        "-- leave it out here, take the value out of the history, and change it: it is no secret any more.\n-- Roles and their passwords are made by the stack, not by migrations.";
      return [{ statement, severity: "error", message, safe }];
    }),
};

function isPassword(node: Node): boolean {
  return "DefElem" in node && node.DefElem.defname === "password" && node.DefElem.arg !== undefined;
}

function isConnectionString(node: Node): boolean {
  const text = "CreateSubscriptionStmt" in node ? node.CreateSubscriptionStmt.conninfo : stringOf(node);
  return /\bpostgres(ql)?:\/\/[^\s/:@]+:[^\s@]+@|\bpassword\s*=\s*\S/i.test(text ?? "");
}

function stringOf(node: Node): string | undefined {
  if ("String" in node) return node.String.sval;
  return "A_Const" in node ? node.A_Const.sval?.sval : undefined;
}
