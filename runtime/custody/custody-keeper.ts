import type { CustodyEvent } from "../../contracts/custody-record.ts";
import { ChainKeeper, tenDigits } from "../chain/chain-keeper.ts";
import type { RecordBucket } from "../chain/record-bucket.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";

/** The chain of custody of a child: one object of the locked bucket for each record. */
export function custodyKeeper(storage: ObjectStorage, bucket: RecordBucket, chain: string): ChainKeeper<CustodyEvent> {
  return new ChainKeeper(storage, {
    chain,
    bucket,
    keyOf: (sequence) => `custody/${tenDigits(sequence)}.json`,
    recordsPerObject: 1,
  });
}
