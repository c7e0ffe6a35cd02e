import type { GrantStmt, Node } from "libpg-query";
import type { Rule } from "../rule.ts";

/** PUBLIC is every role there is and every one that will be. */
export const grantToPublic: Rule = {
  name: "grant-to-public",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      const grant = grantOf(statement.node);
      const toPublic = grant?.grantees?.some(
        (grantee) => "RoleSpec" in grantee && grantee.RoleSpec.roletype === "ROLESPEC_PUBLIC",
      );
      if (!grant?.is_grant || !toPublic) return [];
      const message = "A grant to PUBLIC holds for every role, also for those made later.";
      const safe = `${statement.text.replace(/(\bto\b.*?)\b(?:group\s+)?public\b/is, "$1<the service's runtime role>")};`;
      return [{ statement, severity: "error", message, safe }];
    }),
};

function grantOf(node: Node): GrantStmt | undefined {
  if ("GrantStmt" in node) return node.GrantStmt;
  return "AlterDefaultPrivilegesStmt" in node ? node.AlterDefaultPrivilegesStmt.action : undefined;
}
