import type { DatabaseFacts, TableFacts } from "../migration-to-lint.ts";

/** A database with the one table that the tests of the linter change. */
export function ledgerFacts(table: Partial<TableFacts> = {}, others: Partial<DatabaseFacts> = {}): DatabaseFacts {
  const column = (type: string, notNull = false) => ({ type, notNull });
  return {
    tables: {
      ledger: {
        rows: 12_000_000,
        bytes: 3 * 1024 ** 3,
        columns: {
          id: column("bigint", true),
          amount: column("numeric(10,2)"),
          code: column("character varying(20)"),
          note: column("text"),
          at: column("timestamp(3) without time zone"),
          tags: column("text[]"),
          small: column("integer"),
        },
        constraints: {},
        partitioned: false,
        ...table,
      },
    },
    indexes: {},
    readByViews: [],
    ...others,
  };
}
