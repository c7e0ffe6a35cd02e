import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type ClientBase, escapeIdentifier } from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { TenantRecord } from "../../catalog/index.ts";
import { type TenantOutput, tenantOutput } from "../../contracts/tenant-output.ts";
import { r2Destination } from "../../database/backup/r2-destination.ts";
import { withConnection } from "../../database/connect.ts";
import { digester } from "../../database/digester.ts";
import { learnUri } from "../database/open-databases.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName } from "../engine/stack-target.ts";
import { readOutputs } from "../engine/state.ts";
import type { Session } from "../session.ts";
import { UserError } from "../user-error.ts";
import { safePath, WrittenExport } from "./written-export.ts";

export interface TenantExport {
  folder: string;
  /** sha256 of `manifest.json`. */
  manifest: string;
  counts: { tables: number; documents: number; logs: number; values: number };
}

/**
 * Writes everything that a tenant has stored into a folder, in formats that need none of our software: tables as CSV with a header from one
 * snapshot, documents and values as they are, the record as JSON, and a manifest with the sha256 of every file.
 * @throws UserError where the tenant's stack was never brought up
 */
export async function exportTenant(
  session: Session,
  record: TenantRecord,
  ready: ReadyStack,
  folder: string,
): Promise<TenantExport> {
  const stores = await tenantStores(session, ready);
  const written = new WrittenExport(folder);
  const phase = session.console.phase(`Exporting ${record.id}`);
  const tables = await withConnection(
    stores.ownerUri,
    { applicationName: "chittyops tenant export", signal: session.signal },
    (client) => exportTables(client, written),
  );
  phase.update(`${tables} tables`);
  const documents = await exportBucket(session, ready, { ...stores, bucket: stores.documents }, "documents", written);
  phase.update(`${tables} tables, ${documents} documents`);
  const { accountId, store: namespaceId } = stores;
  const values = await exportValues(session, ready, { accountId, namespaceId }, written);
  const logs = await exportBucket(session, ready, { ...stores, bucket: stores.logs }, "logs", written);
  await written.write("tenant.json", Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  const manifest = await written.finish({ tenant: record.id });
  phase.done(`${tables} tables, ${documents} documents, ${values} values, ${logs} logs`);
  return { folder, manifest, counts: { tables, documents, logs, values } };
}

/** Where a tenant's data is, from what its stack exports. Teaches the console the secrets in it. */
async function tenantStores(session: Session, ready: ReadyStack): Promise<TenantOutput> {
  const parsed = tenantOutput.safeParse((await readOutputs(ready)).tenant);
  if (!parsed.success) {
    throw new UserError(`${stackName(ready.target)} does not say where its data is.`, {
      expected: "a tenant's stack that was brought up",
      remedy: `npx chittyops fleet up -e ${ready.target.environment}`,
    });
  }
  learnUri(session, parsed.data.ownerUri);
  return parsed.data;
}

/** All of them as of one moment. */
async function exportTables(client: ClientBase, written: WrittenExport): Promise<number> {
  await client.query("begin isolation level repeatable read read only");
  const { rows } = await client.query<{ schema: string; name: string }>(
    "select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%' order by 1, 2",
  );
  for (const { schema, name } of rows) {
    const path = `database/${encodeURIComponent(schema)}.${encodeURIComponent(name)}.csv`;
    const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
    const measured = digester();
    // A query instead of the table, so that one in partitions is whole.
    const copy = client.query(copyTo(`copy (select * from ${table}) to stdout with (format csv, header)`));
    await pipeline(copy, measured.through, createWriteStream(written.place(path), { mode: 0o600 }));
    written.wrote({ path, ...measured.digest() });
  }
  await client.query("commit");
  return rows.length;
}

async function exportBucket(
  session: Session,
  ready: ReadyStack,
  where: { accountId: string; bucket: string },
  below: string,
  written: WrittenExport,
): Promise<number> {
  const bucket = bucketOf(ready, where);
  const objects = await bucket.list("", session.signal);
  for (const { path } of objects) {
    const content = await bucket.get(path, session.signal);
    if (content !== undefined) await written.write(`${below}/${safePath(path)}`, content);
  }
  return objects.length;
}

/** Every value of a KV namespace, below `values/`. @returns how many */
export async function exportValues(
  session: Session,
  ready: ReadyStack,
  { accountId, namespaceId }: { accountId: string; namespaceId: string },
  written: WrittenExport,
): Promise<number> {
  if (ready.clouds === undefined) return 0;
  const { cloudflare } = await ready.clouds();
  let count = 0;
  for await (const { name } of cloudflare.kv.namespaces.keys.list(namespaceId, { account_id: accountId })) {
    session.signal.throwIfAborted();
    const value = await cloudflare.kv.namespaces.values.get(name, { account_id: accountId, namespace_id: namespaceId });
    await written.write(`values/${safePath(name)}`, Buffer.from(await value.arrayBuffer()));
    count += 1;
  }
  return count;
}

/** A bucket, by the API. */
export function bucketOf(ready: ReadyStack, { accountId, bucket }: { accountId: string; bucket: string }) {
  const { CLOUDFLARE_API_TOKEN: apiToken = "", CLOUDFLARE_BASE_URL: baseUrl } = ready.supervision.environment;
  return r2Destination({ accountId, bucket, apiToken, ...(baseUrl !== undefined && { baseUrl }) });
}
