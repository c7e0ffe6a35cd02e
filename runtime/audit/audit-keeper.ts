import type { AuditEvent } from "../../contracts/audit-record.ts";
import { ChainKeeper, tenDigits } from "../chain/chain-keeper.ts";
import type { RecordBucket } from "../chain/record-bucket.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";

/** The audit trail of a child: records go to the locked bucket by up to 500 in an object. */
export function auditKeeper(storage: ObjectStorage, bucket: RecordBucket, chain: string): ChainKeeper<AuditEvent> {
  return new ChainKeeper(storage, {
    chain,
    bucket,
    keyOf: (first) => `audit/${tenDigits(first)}.jsonl`,
    recordsPerObject: 500,
  });
}
