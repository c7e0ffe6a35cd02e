import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import { type AuditEvent, type AuditRecord, auditChainOf } from "../../contracts/audit-record.ts";
import type { ChainHead } from "../../contracts/hash-chain.ts";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { RecordBucket } from "../chain/record-bucket.ts";
import { childOf } from "../configuration/child-of.ts";
import { wakeBy } from "../storage/object-storage.ts";
import { auditKeeper } from "./audit-keeper.ts";

const everyMilliseconds = 60_000;

/** The audit trail of a child. Records are in the chain before anything is answered, and in the locked bucket within a minute. */
export class AuditTrail extends DurableObject<{ CHILD: string; CUSTODY_VAULT: RecordBucket }> {
  readonly #keeper: ChainKeeper<AuditEvent>;

  constructor(state: DurableObjectState, env: { CHILD: string; CUSTODY_VAULT: RecordBucket }) {
    super(state, env);
    this.#keeper = auditKeeper(state.storage, env.CUSTODY_VAULT, auditChainOf(childOf(env)));
  }

  async append(event: AuditEvent): Promise<void> {
    this.#keeper.append(`${event.request}/${event.phase}`, event);
    await wakeBy(this.ctx.storage, Date.now() + everyMilliseconds);
  }

  /** Records after a sequence number. */
  read(after: number, limit: number): { head: ChainHead; records: AuditRecord[] } {
    return { head: this.#keeper.head(), records: this.#keeper.read(after, limit) };
  }

  async alarm(): Promise<void> {
    if (this.#keeper.written) return;
    await this.ctx.storage.setAlarm(Date.now() + everyMilliseconds);
    await this.#keeper.write();
  }
}
