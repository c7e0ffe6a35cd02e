import { CompactSign } from "jose";
import type { ChainHead } from "../../../contracts/hash-chain.ts";
import {
  type OpsAuditEntry,
  type OpsAuditRecord,
  type OpsCheckpoint,
  type OpsPublicKey,
  opsCheckpointType,
  type SignedCheckpoint,
} from "../../../contracts/ops-audit.ts";
import { type Deployment, type DeploymentReport, deployment } from "../../../contracts/ops-deployments.ts";
import { ChainKeeper, tenDigits } from "../../chain/chain-keeper.ts";
import { putOnce } from "../../chain/put-once.ts";
import type { RecordBucket } from "../../chain/record-bucket.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import type { PlaneKey } from "../signing/plane-key.ts";

/** Records and checkpoints that stay in the object; the locked bucket has all of them. */
const kept = { records: 100_000, checkpoints: 10_000, deployments: 10_000 };

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS checkpoints (sequence INTEGER PRIMARY KEY, jws TEXT NOT NULL, written INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS public_keys (kid TEXT PRIMARY KEY, key TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS deployments (id TEXT PRIMARY KEY, finished_at TEXT NOT NULL, family TEXT NOT NULL, deployment TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS deployments_by_time ON deployments (finished_at)",
  ],
];

export interface AuditOptions {
  chain: string;
  bucket: RecordBucket;
  key(): Promise<PlaneKey>;
  clock: Clock;
}

/** The plane's audit trail: one chain, and signed checkpoints that say how far it was, kept beside it in the locked bucket. */
export class AuditKeeper {
  readonly #storage: ObjectStorage;
  readonly #options: AuditOptions;
  readonly #chain: ChainKeeper<OpsAuditEntry>;

  constructor(storage: ObjectStorage, options: AuditOptions) {
    this.#storage = storage;
    this.#options = options;
    this.#chain = new ChainKeeper(storage, {
      chain: options.chain,
      bucket: options.bucket,
      keyOf: (first) => `audit/${tenDigits(first)}.jsonl`,
      recordsPerObject: 500,
    });
    migrate(storage, "audit", schema);
  }

  /** @param key an entry with a key that is there already is the same one come again */
  record(entry: OpsAuditEntry, key: string): ChainHead {
    const { sequence, digest } = this.#chain.append(key, entry);
    return { sequence, digest };
  }

  /** A report with an id that is there already is the same one come again. */
  recordDeployment(report: DeploymentReport, entry: OpsAuditEntry): Deployment {
    return this.#storage.transactionSync(() => {
      const [known] = this.#deploymentsWhere("id = ?", report.id);
      if (known !== undefined) return known;
      const { sequence } = this.#chain.append(`deployment/${report.id}`, entry);
      const finishedAt = instant(report.finishedAt);
      const made: Deployment = { ...report, finishedAt, recordedBy: entry.actor.id, sequence };
      const { id, family } = made;
      this.#query("INSERT INTO deployments VALUES (?, ?, ?, ?)", id, finishedAt, family, JSON.stringify(made));
      return made;
    });
  }

  /** Deployments that ended in a span of time, the last first. @param families absent: of all */
  deployments(from: string, to: string, limit: number, families?: readonly string[]): Deployment[] {
    const among = families === undefined ? "1" : `family IN (${families.map(() => "?").join(", ")})`;
    return this.#deploymentsWhere(
      `finished_at BETWEEN ? AND ? AND ${among} ORDER BY finished_at DESC LIMIT ?`,
      instant(from),
      instant(to),
      ...(families ?? []),
      limit,
    );
  }

  async page(after: number, limit: number): Promise<{ head: ChainHead; records: OpsAuditRecord[] }> {
    const head = this.#chain.head();
    return { head, records: await this.#chain.page(after, limit) };
  }

  /** Checkpoints after a sequence number, in order; of those that are kept here. */
  checkpoints(after: number, limit: number): SignedCheckpoint[] {
    return this.#query<SignedCheckpoint>(
      "SELECT sequence, jws FROM checkpoints WHERE sequence > ? ORDER BY sequence LIMIT ?",
      after,
      limit,
    );
  }

  /** The keys that checkpoints were signed with, that of now among them. */
  async publicKeys(): Promise<OpsPublicKey[]> {
    await this.#key();
    return this.#query<{ key: string }>("SELECT key FROM public_keys ORDER BY kid").map(({ key }) => JSON.parse(key));
  }

  /** Signs how far the chain is, unless a checkpoint says so already. */
  async checkpoint(): Promise<SignedCheckpoint> {
    const { chain, clock } = this.#options;
    const { privateKey, publicKey } = await this.#key();
    const head = this.#chain.head();
    const [last] = this.#query<SignedCheckpoint>(
      "SELECT sequence, jws FROM checkpoints WHERE sequence = ?",
      head.sequence,
    );
    if (last !== undefined) return last;
    const says: OpsCheckpoint = { chain, ...head, at: new Date(clock.now()).toISOString() };
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(says)))
      .setProtectedHeader({ alg: "EdDSA", kid: publicKey.kid, typ: opsCheckpointType })
      .sign(privateKey);
    this.#query("INSERT OR IGNORE INTO checkpoints VALUES (?, ?, 0)", head.sequence, jws);
    return { sequence: head.sequence, jws };
  }

  /**
   * Writes to the bucket what it has not yet, with a checkpoint, and leaves what is old to it alone.
   * @throws Error when the bucket fails; nothing is lost, and the next call goes on
   */
  async settle(): Promise<void> {
    await this.#chain.write();
    await this.checkpoint();
    const open = this.#query<SignedCheckpoint>(
      "SELECT sequence, jws FROM checkpoints WHERE written = 0 ORDER BY sequence",
    );
    for (const { sequence, jws } of open) {
      await putOnce(this.#options.bucket, `audit/checkpoints/${tenDigits(sequence)}.jws`, jws);
      this.#query("UPDATE checkpoints SET written = 1 WHERE sequence = ?", sequence);
    }
    this.#chain.forget(kept.records);
    this.#query(
      "DELETE FROM checkpoints WHERE written = 1 AND sequence < (SELECT min(sequence) FROM (SELECT sequence FROM checkpoints ORDER BY sequence DESC LIMIT ?))",
      kept.checkpoints,
    );
    this.#query(
      "DELETE FROM deployments WHERE finished_at < (SELECT min(finished_at) FROM (SELECT finished_at FROM deployments ORDER BY finished_at DESC LIMIT ?))",
      kept.deployments,
    );
  }

  /** Whether the bucket has every record and a checkpoint of the last one. */
  get settled(): boolean {
    const [last] = this.#query<{ sequence: number | null }>(
      "SELECT max(sequence) AS sequence FROM checkpoints WHERE written = 1",
    );
    const { sequence } = this.#chain.head();
    return this.#chain.written && (sequence === 0 || last?.sequence === sequence);
  }

  async #key(): Promise<PlaneKey> {
    const key = await this.#options.key();
    const { kid } = key.publicKey;
    this.#query("INSERT OR IGNORE INTO public_keys VALUES (?, ?)", kid, JSON.stringify(key.publicKey));
    return key;
  }

  #deploymentsWhere(where: string, ...bindings: (string | number)[]): Deployment[] {
    return this.#query<{ deployment: string }>(`SELECT deployment FROM deployments WHERE ${where}`, ...bindings).map(
      (row) => deployment.parse(JSON.parse(row.deployment)),
    );
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

/** One text for one point in time, so that texts sort as the times do. */
const instant = (time: string): string => new Date(time).toISOString();
