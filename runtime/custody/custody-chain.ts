import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import { type CustodyEvent, type CustodyRecord, custodyChainOf } from "../../contracts/custody-record.ts";
import type { ChainHead } from "../../contracts/hash-chain.ts";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { RecordBucket } from "../chain/record-bucket.ts";
import { childOf } from "../configuration/child-of.ts";
import { wakeBy } from "../storage/object-storage.ts";
import { custodyKeeper } from "./custody-keeper.ts";

const retryAfterMilliseconds = 60_000;
const rotationKey = "rotation";

/** How far the keys of all cases were brought to a version of the root key. */
export interface Rotation {
  keyVersion: number;
  /** Sequence number of the record up to which it was gone through. */
  after: number;
  /** Cases whose keys could not be rewrapped yet. */
  failed: string[];
  /** Whether the end was reached once: what came since was protected with that version from the beginning. */
  done: boolean;
}

/** The one writer of a child's chain of custody. */
export class CustodyChain extends DurableObject<{ CHILD: string; CUSTODY_VAULT: RecordBucket }> {
  readonly #keeper: ChainKeeper<CustodyEvent>;

  constructor(state: DurableObjectState, env: { CHILD: string; CUSTODY_VAULT: RecordBucket }) {
    super(state, env);
    this.#keeper = custodyKeeper(state.storage, env.CUSTODY_VAULT, custodyChainOf(childOf(env)));
  }

  /** Records events and writes them to the locked bucket. @throws Error when it cannot be written; what was recorded is kept. */
  async record(events: CustodyEvent[]): Promise<ChainHead> {
    for (const event of events) this.#keeper.append(event.event, event);
    // Should the queue give a message up, its record still gets to the bucket.
    await wakeBy(this.ctx.storage, Date.now() + retryAfterMilliseconds);
    await this.#keeper.write();
    return this.#keeper.head();
  }

  /** Records after a sequence number. */
  read(after: number, limit: number): { head: ChainHead; records: CustodyRecord[] } {
    return { head: this.#keeper.head(), records: this.#keeper.read(after, limit) };
  }

  async rotation(keyVersion: number): Promise<Rotation> {
    const known = await this.ctx.storage.get<Rotation>(rotationKey);
    return known?.keyVersion === keyVersion ? known : { keyVersion, after: 0, failed: [], done: false };
  }

  async rotated(rotation: Rotation): Promise<void> {
    await this.ctx.storage.put(rotationKey, rotation);
  }

  async alarm(): Promise<void> {
    if (this.#keeper.written) return;
    await this.ctx.storage.setAlarm(Date.now() + retryAfterMilliseconds);
    await this.#keeper.write();
  }
}
