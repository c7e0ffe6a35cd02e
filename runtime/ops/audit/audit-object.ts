import type { ChainHead } from "../../../contracts/hash-chain.ts";
import type { OpsAuditEntry, OpsAuditRecord, OpsPublicKey, SignedCheckpoint } from "../../../contracts/ops-audit.ts";
import type { Deployment, DeploymentReport } from "../../../contracts/ops-deployments.ts";

/** What the rest of the plane asks of the audit trail's sequencer. */
export interface AuditObject {
  /** @param key an entry with a key that is there already is the same one come again */
  record(entry: OpsAuditEntry, key: string): Promise<ChainHead>;
  /** Records after a sequence number, in order; fewer than `limit` do not mean that there are no more. */
  read(after: number, limit: number): Promise<{ head: ChainHead; records: OpsAuditRecord[] }>;
  /** Records a deployment as `entry`. A report with an id that is there already is the same one come again. */
  recordDeployment(report: DeploymentReport, entry: OpsAuditEntry): Promise<Deployment>;
  /** Deployments that ended in a span of time (ISO 8601, UTC), the last first. @param families absent: of all */
  deployments(from: string, to: string, limit: number, families?: string[]): Deployment[];
  /** Checkpoints after a sequence number, in order. */
  checkpoints(after: number, limit: number): SignedCheckpoint[];
  /** What an export begins with: a checkpoint of the last record, and the keys that checkpoints were signed with. */
  beginExport(): Promise<{ head: SignedCheckpoint; publicKeys: OpsPublicKey[] }>;
}
