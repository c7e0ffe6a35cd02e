import type { MigrationToLint } from "../migration-to-lint.ts";
import { ledgerFacts } from "./ledger-facts.ts";

type Case = [sql: string, given?: Partial<MigrationToLint>];

export interface RuleCases {
  /** What holds for all cases of the rule. */
  given?: Partial<MigrationToLint>;
  found: Case[];
  fine: Case[];
}

export const alone: Partial<MigrationToLint> = { transaction: false };
export const contract: Partial<MigrationToLint> = { phase: "contract" };
export const tiny: Partial<MigrationToLint> = { database: ledgerFacts({ bytes: 65_536, rows: 10 }) };
export const partitioned: Partial<MigrationToLint> = { database: ledgerFacts({ partitioned: true }) };
export const withIndexes = (valid: boolean): Partial<MigrationToLint> => ({
  database: ledgerFacts({}, { indexes: { by_amount: { table: "ledger", valid } } }),
});
export const withCheck = (definition: string, validated = true): Partial<MigrationToLint> => ({
  database: ledgerFacts({ constraints: { known: { definition, validated } } }),
});
