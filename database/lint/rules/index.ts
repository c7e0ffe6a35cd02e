import type { Rule } from "../rule.ts";
import { backfillWithDdl } from "./backfill-with-ddl.ts";
import { blockingConstraint } from "./blocking-constraint.ts";
import { blockingIndex } from "./blocking-index.ts";
import { blockingRefresh } from "./blocking-refresh.ts";
import { blockingUnique } from "./blocking-unique.ts";
import { breaksReaders } from "./breaks-readers.ts";
import { cannotRunInTransaction } from "./cannot-run-in-transaction.ts";
import { cascade } from "./cascade.ts";
import { enumValueInTransaction } from "./enum-value-in-transaction.ts";
import { explicitLock } from "./explicit-lock.ts";
import { extension } from "./extension.ts";
import { grantToPublic } from "./grant-to-public.ts";
import { invalidIndex } from "./invalid-index.ts";
import { massChange } from "./mass-change.ts";
import { requiredColumn } from "./required-column.ts";
import { secretInMigration } from "./secret-in-migration.ts";
import { setNotNull } from "./set-not-null.ts";
import { severalTablesLocked } from "./several-tables-locked.ts";
import { tableRewrite } from "./table-rewrite.ts";
import { transactionControl } from "./transaction-control.ts";
import { typeChangeWhileRead } from "./type-change.ts";
import { uncheckedCode } from "./unchecked-code.ts";
import { validateInSameTransaction } from "./validate-in-same-transaction.ts";

export const rules: readonly Rule[] = [
  ...[tableRewrite, typeChangeWhileRead, breaksReaders, requiredColumn, massChange, cascade],
  ...[blockingIndex, invalidIndex, blockingConstraint, blockingUnique, setNotNull, blockingRefresh],
  ...[validateInSameTransaction, backfillWithDdl, severalTablesLocked, explicitLock, enumValueInTransaction],
  ...[cannotRunInTransaction, transactionControl, uncheckedCode, grantToPublic, extension, secretInMigration],
];
