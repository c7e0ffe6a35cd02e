import { collection } from "../collection.ts";

export interface KvNamespaceRecord {
  id: string;
  accountId: string;
  title: string;
}

export const kvNamespaces = collection({
  kind: "kv-namespace",
  scope: (namespace: KvNamespaceRecord) => namespace.accountId,
  id: (namespace) => namespace.id,
  name: (namespace) => namespace.title,
});

export interface D1DatabaseRecord {
  id: string;
  accountId: string;
  name: string;
  createdOn: string;
  jurisdiction?: string | undefined;
  primaryLocationHint?: string | undefined;
  readReplication: { mode: string };
}

export const d1Databases = collection({
  kind: "d1-database",
  scope: (database: D1DatabaseRecord) => database.accountId,
  id: (database) => database.id,
  name: (database) => database.name,
});

/** A file of SQL on its way into a database. */
export interface D1ImportRecord {
  /** Names the upload too, which needs no token: it cannot be guessed. */
  filename: string;
  databaseId: string;
  /** md5 of the file, hexadecimal, as the client announced it. */
  etag: string;
  /** Blob of the file once it is here. */
  hash?: string;
  /** The answer once it was run, so that a client that asks again does not run it again. */
  result?: Record<string, unknown>;
}

export const d1Imports = collection({
  kind: "d1-import",
  scope: (record: D1ImportRecord) => record.databaseId,
  id: (record) => record.filename,
});

export interface R2BucketRecord {
  accountId: string;
  jurisdiction: string;
  name: string;
  location: string;
  storageClass: string;
  createdOn: string;
  cors?: unknown[];
  lifecycle?: unknown[];
  lock?: unknown[];
  managedDomain: { bucketId: string; enabled: boolean };
  customDomains: Record<string, unknown>[];
}

/** The argument of `Runtime.r2`. */
export function bucketKey(bucket: Pick<R2BucketRecord, "accountId" | "jurisdiction" | "name">): string {
  return `${bucket.accountId}/${bucket.jurisdiction}/${bucket.name}`;
}

export const r2Buckets = collection({
  kind: "r2-bucket",
  scope: (bucket: R2BucketRecord) => bucket.accountId,
  id: (bucket) => `${bucket.jurisdiction}/${bucket.name}`,
});

export interface HyperdriveRecord {
  id: string;
  accountId: string;
  name: string;
  /** With the password. */
  origin: Record<string, unknown>;
  caching: Record<string, unknown>;
  mtls?: Record<string, unknown> | undefined;
  originConnectionLimit?: number | undefined;
  createdOn: string;
  modifiedOn: string;
}

export const hyperdrives = collection({
  kind: "hyperdrive",
  scope: (hyperdrive: HyperdriveRecord) => hyperdrive.accountId,
  id: (hyperdrive) => hyperdrive.id,
  name: (hyperdrive) => hyperdrive.name,
});

export interface SecretsStoreRecord {
  id: string;
  accountId: string;
  name: string;
  created: string;
  modified: string;
}

export const secretsStores = collection({
  kind: "secrets-store",
  scope: (store: SecretsStoreRecord) => store.accountId,
  id: (store) => store.id,
  name: (store) => store.name,
});

export interface StoreSecretRecord {
  id: string;
  storeId: string;
  name: string;
  value: string;
  scopes: string[];
  comment?: string | undefined;
  created: string;
  modified: string;
}

export const storeSecrets = collection({
  kind: "store-secret",
  scope: (secret: StoreSecretRecord) => secret.storeId,
  id: (secret) => secret.id,
  name: (secret) => secret.name,
});
