import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { ChainHead } from "../../../contracts/hash-chain.ts";
import {
  type OpsAuditEntry,
  type OpsAuditRecord,
  type OpsPublicKey,
  opsAuditChain,
  type SignedCheckpoint,
} from "../../../contracts/ops-audit.ts";
import type { Deployment, DeploymentReport } from "../../../contracts/ops-deployments.ts";
import { wakeBy } from "../../storage/object-storage.ts";
import { planeClock } from "../clock.ts";
import { configurationOf } from "../configuration.ts";
import type { OpsEnvironment } from "../environment.ts";
import { planeKey } from "../signing/plane-key.ts";
import { AuditKeeper } from "./audit-keeper.ts";
import type { AuditObject } from "./audit-object.ts";

const everyMilliseconds = 60_000;

/** The one sequencer of the plane's audit trail. Records are in the chain before anything is answered, and in the locked bucket within a minute. */
export class AuditLog extends DurableObject<OpsEnvironment> implements AuditObject {
  readonly #keeper: AuditKeeper;
  #now = Date.now;

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    this.#keeper = new AuditKeeper(state.storage, {
      chain: opsAuditChain(configurationOf(env).environment),
      bucket: env.AUDIT_ARCHIVE,
      key: () => planeKey(env),
      clock: { now: () => this.#now() },
    });
  }

  async record(entry: OpsAuditEntry, key: string): Promise<ChainHead> {
    const head = this.#keeper.record(entry, key);
    await wakeBy(this.ctx.storage, Date.now() + everyMilliseconds);
    return head;
  }

  async recordDeployment(report: DeploymentReport, entry: OpsAuditEntry): Promise<Deployment> {
    const deployment = this.#keeper.recordDeployment(report, entry);
    await wakeBy(this.ctx.storage, Date.now() + everyMilliseconds);
    return deployment;
  }

  read(after: number, limit: number): Promise<{ head: ChainHead; records: OpsAuditRecord[] }> {
    return this.#keeper.page(after, limit);
  }

  deployments(from: string, to: string, limit: number, families?: string[]): Deployment[] {
    return this.#keeper.deployments(from, to, limit, families);
  }

  checkpoints(after: number, limit: number): SignedCheckpoint[] {
    return this.#keeper.checkpoints(after, limit);
  }

  async beginExport(): Promise<{ head: SignedCheckpoint; publicKeys: OpsPublicKey[] }> {
    await this.#setClock();
    const head = await this.#keeper.checkpoint();
    await wakeBy(this.ctx.storage, Date.now() + everyMilliseconds);
    return { head, publicKeys: await this.#keeper.publicKeys() };
  }

  async alarm(): Promise<void> {
    if (this.#keeper.settled) return;
    await this.ctx.storage.setAlarm(Date.now() + everyMilliseconds);
    await this.#setClock();
    await this.#keeper.settle();
  }

  async #setClock(): Promise<void> {
    const clock = await planeClock(this.env);
    this.#now = () => clock.now();
  }
}
