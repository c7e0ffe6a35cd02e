import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { z } from "zod";
import type { HealthState } from "../../../contracts/ops-health.ts";
import {
  type Challenge,
  challengePath,
  type challengeRequest,
  type Heartbeat,
  type Registration,
} from "../../../contracts/ops-registry.ts";
import type { RegistryRecord } from "../../../contracts/registry-record.ts";
import { ProblemError } from "../../problem/problem.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import { fromCatalog, fromRegistration, type ServiceRecord } from "./service-record.ts";

/** Milliseconds. */
export const lease = {
  /** How often a registered service has to be heard. */
  interval: 300_000,
  /** After so long a silence its registration goes. */
  expiresAfter: 24 * 3_600_000,
} as const;
const challengeLife = 10 * 60_000;
/** A record that was read is read again after so long: the store is asked for what is new each minute, for what changed less often. */
const readAgainAfter = 5 * 60_000;
const most = { challenges: 1_000, registered: 2_000 };

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS services (name TEXT PRIMARY KEY, id TEXT UNIQUE, source TEXT, family TEXT, health TEXT, checked_at INTEGER, latency INTEGER, record TEXT, read_at INTEGER, token_digest TEXT, heard_at INTEGER, certificate_until INTEGER)",
    "CREATE TABLE IF NOT EXISTS challenges (token TEXT PRIMARY KEY, name TEXT, endpoint TEXT, proof TEXT, expires INTEGER)",
    "CREATE TABLE IF NOT EXISTS tools (name TEXT, service TEXT, family TEXT, description TEXT, PRIMARY KEY (name, service))",
    "CREATE TABLE IF NOT EXISTS dependencies (service TEXT, kind TEXT, name TEXT, PRIMARY KEY (service, kind, name))",
    "CREATE INDEX IF NOT EXISTS dependants ON dependencies (kind, name)",
  ],
];

/** A service as it is kept. */
export interface KeptService {
  id: string;
  source: "catalog" | "registered";
  record: ServiceRecord;
  health: HealthState;
  checkedAt?: number;
  latency?: number;
  heardAt?: number;
  certificateUntil?: number;
}

export interface ServiceRow extends Record<string, string | number | null> {
  name: string;
  id: string;
  source: string;
  health: string;
  checked_at: number | null;
  latency: number | null;
  record: string;
  heard_at: number | null;
  certificate_until: number | null;
}

/** What changed, for whoever tells of it. */
export interface RegistryChange {
  change: "registered" | "changed" | "removed" | "expired";
  record: ServiceRecord;
}

/** Who is there: the catalog's services by their records, others by their registration as long as they are heard. */
export class RegistryKeeper {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "registry", schema);
  }

  /** Those of the catalog's records that have to be read: new ones, and those not read for a while. */
  unread(names: readonly string[], now: number): string[] {
    const known = this.#query<{ name: string; read_at: number }>(
      "SELECT name, read_at FROM services WHERE source = 'catalog'",
    );
    const fresh = new Set(known.flatMap(({ name, read_at }) => (read_at > now - readAgainAfter ? [name] : [])));
    return names.filter((name) => !fresh.has(name));
  }

  /** @param names every service that has a record now @param records those that were read */
  syncCatalog(names: readonly string[], records: readonly RegistryRecord[], now: number): RegistryChange[] {
    return this.#storage.transactionSync(() => {
      const changes: RegistryChange[] = [];
      const present = new Set(names);
      for (const { source, record } of this.all()) {
        if (source === "catalog" && !present.has(record.name)) changes.push(this.#remove(record, "removed"));
      }
      for (const read of records) {
        const record = fromCatalog(read);
        const before = this.get(record.name);
        if (before?.source === "registered") this.#remove(before.record, "removed");
        if (before === undefined || before.source === "registered") changes.push({ change: "registered", record });
        else if (JSON.stringify(before.record) !== JSON.stringify(record)) changes.push({ change: "changed", record });
        this.#put(record, { id: record.name, source: "catalog", now });
      }
      return changes;
    });
  }

  challenge({ name, endpoint }: z.output<typeof challengeRequest>, now: number): Challenge {
    this.#query("DELETE FROM challenges WHERE expires <= ?", now);
    const [count] = this.#query<{ n: number }>("SELECT count(*) AS n FROM challenges");
    if ((count?.n ?? 0) >= most.challenges)
      throw problem(429, "Too many challenges are open: ask again in ten minutes.");
    const token = randomBytes(24).toString("base64url");
    const proof = randomBytes(24).toString("base64url");
    const expires = now + challengeLife;
    this.#query("INSERT INTO challenges VALUES (?, ?, ?, ?, ?)", token, name, endpoint, proof, expires);
    return { token, proof, url: challengeUrl(endpoint, token), expiresAt: new Date(expires).toISOString() };
  }

  /** What has to be found where before this registration is taken. @throws ProblemError 400, 403, 409 */
  expected({ challenge, service_name, endpoint, health_check_url, metadata }: Registration, now: number) {
    const [open] = this.#query<{ name: string; endpoint: string; proof: string; expires: number }>(
      "SELECT name, endpoint, proof, expires FROM challenges WHERE token = ?",
      challenge,
    );
    if (open === undefined || open.expires <= now)
      throw problem(403, "There is no such challenge, or it is over. Ask for one.");
    if (open.name !== service_name || open.endpoint !== endpoint) {
      throw problem(
        403,
        `The challenge is for ${open.name} at ${open.endpoint}. Ask for one for this name and endpoint.`,
      );
    }
    const foreign = [health_check_url, metadata.mcp_url].filter(
      (url) => url !== undefined && new URL(url).host !== new URL(endpoint).host,
    );
    if (foreign.length > 0) {
      throw problem(
        400,
        `health_check_url and mcp_url have to be of the endpoint's own host, ${new URL(endpoint).host}.`,
      );
    }
    const before = this.get(service_name);
    if (before?.source === "catalog")
      throw problem(409, `${service_name} is a service of the catalog. Take another name.`);
    if (before !== undefined && before.record.family !== metadata.family) {
      throw problem(409, `${service_name} is registered by another family. Take another name.`);
    }
    return { url: challengeUrl(endpoint, challenge), proof: open.proof };
  }

  /** @returns the token of its heartbeats, which is kept as a digest only */
  register(registration: Registration, now: number): { id: string; token: string; change: RegistryChange } {
    return this.#storage.transactionSync(() => {
      const [count] = this.#query<{ n: number }>("SELECT count(*) AS n FROM services WHERE source = 'registered'");
      const before = this.get(registration.service_name);
      if (before === undefined && (count?.n ?? 0) >= most.registered) {
        throw problem(409, `${most.registered} services are registered: let some go.`);
      }
      const record = fromRegistration(registration);
      const id = before?.id ?? crypto.randomUUID();
      const token = randomBytes(32).toString("base64url");
      this.#put(record, { id, source: "registered", now });
      this.#query(
        "UPDATE services SET token_digest = ?, heard_at = ?, certificate_until = NULL WHERE name = ?",
        digest(token),
        now,
        record.name,
      );
      this.#query("DELETE FROM challenges WHERE token = ?", registration.challenge);
      return { id, token, change: { change: before === undefined ? "registered" : "changed", record } };
    });
  }

  /** @throws ProblemError 401: whoever does not know the token is not told whether the id is known */
  heartbeat(id: string, token: string, heartbeat: Heartbeat, now: number): string {
    const [row] = this.#query<ServiceRow & { token_digest: string | null }>("SELECT * FROM services WHERE id = ?", id);
    const known = Buffer.from(row?.token_digest ?? digest(""));
    if (row === undefined || row.token_digest === null || !timingSafeEqual(known, Buffer.from(digest(token)))) {
      throw problem(
        401,
        "The heartbeat is not known here: register, and send the token that was answered as a bearer.",
      );
    }
    const { record } = kept(row);
    const certificate = heartbeat.certificate_expires_at;
    this.#query(
      "UPDATE services SET heard_at = max(heard_at, ?), certificate_until = coalesce(?, certificate_until), record = ? WHERE name = ?",
      now,
      certificate === undefined ? null : Date.parse(certificate),
      JSON.stringify({ ...record, version: heartbeat.version ?? record.version }),
      record.name,
    );
    return record.name;
  }

  /** Lets go of one that registered itself. */
  deregister(id: string): RegistryChange | undefined {
    const [row] = this.#query<ServiceRow>("SELECT * FROM services WHERE id = ? AND source = 'registered'", id);
    return row && this.#remove(kept(row).record, "removed");
  }

  /** @param since silence before this time is nobody's fault: the plane could not hear */
  reap(now: number, since: number): RegistryChange[] {
    if (since > now - lease.expiresAfter) return [];
    return this.#query<ServiceRow>(
      "SELECT * FROM services WHERE source = 'registered' AND heard_at <= ? LIMIT 100",
      now - lease.expiresAfter,
    ).map((row) => this.#remove(kept(row).record, "expired"));
  }

  /** @param found when it was looked at last, and how long the answer took */
  setHealth(name: string, health: HealthState, found?: { at: number; latency?: number }): void {
    this.#query(
      "UPDATE services SET health = ?, checked_at = ?, latency = ? WHERE name = ?",
      health,
      found?.at ?? null,
      found?.latency ?? null,
      name,
    );
  }

  /** @param until milliseconds */
  setCertificate(name: string, until: number): void {
    this.#query("UPDATE services SET certificate_until = ? WHERE name = ?", until, name);
  }

  get(name: string): KeptService | undefined {
    const [row] = this.#query<ServiceRow>("SELECT * FROM services WHERE name = ?", name);
    return row && kept(row);
  }

  byId(id: string): KeptService | undefined {
    const [row] = this.#query<ServiceRow>("SELECT * FROM services WHERE id = ?", id);
    return row && kept(row);
  }

  all(): KeptService[] {
    return this.#query<ServiceRow>("SELECT * FROM services ORDER BY name").map(kept);
  }

  #put(record: ServiceRecord, { id, source, now }: { id: string; source: KeptService["source"]; now: number }): void {
    const { name, family } = record;
    this.#query(
      "INSERT INTO services (name, id, source, family, health, record, read_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET id = excluded.id, source = excluded.source, family = excluded.family, record = excluded.record, read_at = excluded.read_at",
      name,
      id,
      source,
      family,
      record.health_check === undefined && source === "catalog" ? "excluded" : "unknown",
      JSON.stringify(record),
      now,
    );
    this.#forgetParts(name);
    for (const tool of record.tools) {
      this.#query("INSERT OR REPLACE INTO tools VALUES (?, ?, ?, ?)", tool.name, name, family, tool.description);
    }
    for (const { kind, name: needed } of record.dependencies) {
      this.#query("INSERT OR REPLACE INTO dependencies VALUES (?, ?, ?)", name, kind, needed);
    }
  }

  #remove(record: ServiceRecord, change: RegistryChange["change"]): RegistryChange {
    this.#query("DELETE FROM services WHERE name = ?", record.name);
    this.#forgetParts(record.name);
    return { change, record };
  }

  #forgetParts(name: string): void {
    this.#query("DELETE FROM tools WHERE service = ?", name);
    this.#query("DELETE FROM dependencies WHERE service = ?", name);
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

export function kept(row: ServiceRow): KeptService {
  return {
    id: row.id,
    source: row.source as KeptService["source"],
    record: JSON.parse(row.record),
    health: row.health as HealthState,
    ...(row.checked_at !== null && { checkedAt: row.checked_at }),
    ...(row.latency !== null && { latency: row.latency }),
    ...(row.heard_at !== null && { heardAt: row.heard_at }),
    ...(row.certificate_until !== null && { certificateUntil: row.certificate_until }),
  };
}

const challengeUrl = (endpoint: string, token: string): string => new URL(challengePath + token, endpoint).href;
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const titles = { 400: "Input not accepted", 401: "Not signed in", 403: "Not shown", 409: "Taken", 429: "Too many" };

function problem(status: keyof typeof titles, detail: string): ProblemError {
  return new ProblemError({ status, title: titles[status], detail });
}
