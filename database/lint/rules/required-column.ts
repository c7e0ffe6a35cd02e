import { columnConstraints, countsUp } from "../column-definition.ts";
import type { Rule } from "../rule.ts";

/** A new column that must not be NULL and has no default: fails on a table with rows, and so does every insert of the old version. */
export const requiredColumn: Rule = {
  name: "required-column",
  check: (migration) =>
    migration.commands.flatMap(({ command, statement, table, sql, text }) => {
      const def = command.def && "ColumnDef" in command.def ? command.def.ColumnDef : undefined;
      if (command.subtype !== "AT_AddColumn" || !def || migration.isNew(table) || countsUp(def)) return [];
      const kinds = columnConstraints(def).map(({ contype }) => contype);
      const required = kinds.includes("CONSTR_NOTNULL") || kinds.includes("CONSTR_PRIMARY");
      if (!required || kinds.includes("CONSTR_DEFAULT") || kinds.includes("CONSTR_GENERATED")) return [];
      const optional = text.replace(/\s+(?:constraint\s+\S+\s+)?(?:not\s+null|primary\s+key)\b/i, "");
      return [
        {
          statement,
          severity: "error",
          message: `${table}.${def.colname} must not be NULL and has no default: this fails if ${migration.named(table)} has rows, and inserts of the old version fail.`,
          safe: [
            `ALTER TABLE ${sql} ${text} DEFAULT <constant>;`,
            "-- or add it without the condition, have the new version write it, and require it later:",
            `ALTER TABLE ${sql} ${optional};`,
          ].join("\n"),
        },
      ];
    }),
};
