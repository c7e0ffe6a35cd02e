import { loadModule, parseSync } from "libpg-query";
import { beforeAll, describe, expect, it } from "vitest";
import { lintMigration } from "../lint-migration.ts";
import type { MigrationToLint } from "../migration-to-lint.ts";
import { casesOfChanges } from "../testing/cases-of-changes.ts";
import { casesOfLocks } from "../testing/cases-of-locks.ts";
import { casesOfStatements } from "../testing/cases-of-statements.ts";
import { ledgerFacts } from "../testing/ledger-facts.ts";
import { rules } from "./index.ts";

const cases = { ...casesOfChanges, ...casesOfLocks, ...casesOfStatements };

beforeAll(loadModule);

function lint(sql: string, more: Partial<MigrationToLint>) {
  return lintMigration({ sql, transaction: true, phase: "expand", database: ledgerFacts(), ...more });
}

it("has cases for every rule", () => {
  expect(Object.keys(cases).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
});

describe.each(Object.entries(cases))("%s", (rule, { found, fine, given = {} }) => {
  it.each(found)("finds %s", async (sql, more = {}) => {
    const all = await lint(sql, { ...given, ...more });
    const own = all.filter((finding) => finding.rule === rule);
    expect(own, JSON.stringify(all)).not.toEqual([]);
    for (const { safe } of own) {
      const filled = safe.replaceAll(/<[a-z][^>]*>/g, "filled_in").replaceAll("…", "filled_in");
      expect(() => parseSync(filled), safe).not.toThrow();
      const again = await lint(filled, { ...given, ...more, ...asTheSafeFormRuns(safe) });
      expect(
        again.filter((finding) => finding.rule === rule && finding.severity === "error"),
        safe,
      ).toEqual([]);
    }
  });

  it.each(fine)("lets pass %s", async (sql, more = {}) => {
    const all = await lint(sql, { ...given, ...more });
    expect(all.filter((finding) => finding.rule === rule)).toEqual([]);
  });
});

/** The comments of a safe form say where it belongs: by itself, in the contract phase, allowed by somebody. */
function asTheSafeFormRuns(safe: string): Partial<MigrationToLint> {
  return {
    transaction: /in one transaction/.test(safe),
    ...(/in (a|the) contract (migration|phase)/.test(safe)
      ? { phase: "contract", stillRead: [], database: ledgerFacts() }
      : {}),
    ...(/have (\w+) added to the extensions/.test(safe) ? { extensions: ["pg_trgm"] } : {}),
  };
}
