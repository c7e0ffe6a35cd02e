import type { Hyperdrive, KVNamespace, Queue, R2Bucket, RateLimit } from "@cloudflare/workers-types";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Budget } from "../budget/budget.ts";
import type { CaseFile } from "../case-file/case-file.ts";
import type { CourtOutbox } from "../court-connector/court-outbox.ts";
import type { CustodyChain } from "../custody/custody-chain.ts";
import type { ServiceLevels } from "../service-level/service-levels.ts";
import type { ObjectNamespace } from "../storage/object-namespace.ts";

/** What every child is bound to: `liteChildBindings` of contracts/lite-child.ts. */
export interface ChildEnvironment {
  CHILD: string;
  CHILD_KEY: string;
  RATE_LIMIT: RateLimit;
  BUDGET: ObjectNamespace<Budget>;
}

export interface CourtEnvironment extends ChildEnvironment {
  ROOT_KEY: string;
  DOCUMENTS: R2Bucket;
  BACKUP: R2Bucket;
  CUSTODY_VAULT: R2Bucket;
  CUSTODY: Queue;
  CASE_FILE: ObjectNamespace<CaseFile>;
  CUSTODY_CHAIN: ObjectNamespace<CustodyChain>;
  AUDIT_TRAIL: ObjectNamespace<AuditTrail>;
  COURT_OUTBOX: ObjectNamespace<CourtOutbox>;
}

export interface ProfessionalEnvironment extends ChildEnvironment {
  STORE: KVNamespace;
  DOCUMENTS: R2Bucket;
  SERVICE_LEVELS: ObjectNamespace<ServiceLevels>;
  DATABASE?: Hyperdrive;
}

export interface ConsumerEnvironment extends ChildEnvironment {
  STORE: KVNamespace;
}

/** There is one object of each of these in a child, the case files apart. */
export const onlyObject = "only";
