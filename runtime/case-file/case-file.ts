import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState, Queue } from "@cloudflare/workers-types";
import type { CaseRole } from "../access/case-roles.ts";
import type { Identity } from "../access/identity.ts";
import { childOfFamily } from "../configuration/child-of.ts";
import { KeyRing } from "../documents/key-ring.ts";
import { type Outcome, outcomeOf } from "../problem/problem.ts";
import { wakeBy } from "../storage/object-storage.ts";
import { CaseKeeper } from "./case-keeper.ts";
import type { DocumentRecord, StoredDocument } from "./case-record.ts";
import { CaseStore } from "./case-store.ts";

interface Environment {
  CHILD: string;
  ROOT_KEY: string;
  CUSTODY: Queue;
}

const retryAfterMilliseconds = 30_000;
/** As many as a queue takes at once. */
const batch = 100;

/** One case: its roles, its documents and their keys. Custody events leave it for the queue by its alarm, so that none is lost. */
export class CaseFile extends DurableObject<Environment> {
  readonly #store: CaseStore;
  readonly #ring: KeyRing;

  constructor(state: DurableObjectState, env: Environment) {
    super(state, env);
    this.#store = new CaseStore(state.storage);
    this.#ring = new KeyRing(env.ROOT_KEY);
  }

  open(docket: string, who: Identity): Promise<Outcome<void>> {
    return this.#do(docket, (keeper) => keeper.open(who));
  }

  assign(docket: string, who: Identity, email: string, role: CaseRole | undefined) {
    return this.#do(docket, (keeper) => keeper.assign(who, email, role));
  }

  list(docket: string, who: Identity, after: string, limit: number): Promise<Outcome<DocumentRecord[]>> {
    return this.#do(docket, (keeper) => keeper.list(who, after, limit));
  }

  prepare(docket: string, who: Identity, document: string) {
    return this.#do(docket, (keeper) => keeper.prepare(who, document));
  }

  add(docket: string, who: Identity, sent: Omit<StoredDocument, "storedAt" | "storedBy" | "filedAt">) {
    return this.#do(docket, (keeper) => keeper.add(who, sent));
  }

  read(docket: string, who: Identity, document: string) {
    return this.#do(docket, (keeper) => keeper.read(who, document));
  }

  toFile(docket: string, who: Identity, document: string): Promise<Outcome<DocumentRecord>> {
    return this.#do(docket, (keeper) => keeper.toFile(who, document));
  }

  filed(docket: string, who: Identity, document: string): Promise<Outcome<void>> {
    return this.#do(docket, (keeper) => keeper.filed(who, document));
  }

  rotate(docket: string, who: Identity) {
    return this.#do(docket, (keeper) => keeper.rotate(who));
  }

  /** Of the child itself: nobody sees anything by it. @returns the number of documents */
  rewrap(docket: string): Promise<Outcome<number>> {
    return this.#do(docket, (keeper) => keeper.rewrap());
  }

  async alarm(): Promise<void> {
    // Set first: it holds if this process ends here.
    await this.ctx.storage.setAlarm(Date.now() + retryAfterMilliseconds);
    for (;;) {
      const { events, upTo } = this.#store.waitingCustody(batch);
      if (events.length === 0) break;
      await this.env.CUSTODY.sendBatch(events.map((body) => ({ body })));
      this.#store.forgetCustody(upTo);
    }
    await this.ctx.storage.deleteAlarm();
  }

  async #do<T>(docket: string, work: (keeper: CaseKeeper) => T | Promise<T>): Promise<Outcome<T>> {
    const { tenant, keyVersion } = childOfFamily(this.env, "cook-county");
    const clock = { now: () => Date.now() };
    const around = { tenant, case: docket, store: this.#store, ring: this.#ring, keyVersion, clock };
    const outcome = await outcomeOf(() => work(new CaseKeeper(around)));
    if (this.#store.waitingCustody(1).events.length > 0) await wakeBy(this.ctx.storage, Date.now());
    return outcome;
  }
}
