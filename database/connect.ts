import { readFile } from "node:fs/promises";
import { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { Client } from "pg";
import { ConnectionFailed } from "./connection-failed.ts";
import { type ConnectionTarget, parseConnectionUri } from "./connection-uri.ts";
import { explainConnectionError } from "./explain-connection-error.ts";

export interface ConnectOptions {
  /** Shown in `pg_stat_activity`, e.g. `chittyops migrate`. */
  applicationName: string;
  /** Milliseconds for address, TCP, TLS and authentication together, where the URI says nothing; 15,000, which a suspended endpoint needs less than. */
  connectTimeout?: number;
  /** Milliseconds. Set on the session, so only for a direct host: behind a pooler it would reach other people's sessions. */
  statementTimeout?: number;
  /** Ends the session at once, also in the middle of a query, which then rejects. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens one session. `sslmode` means what libpq says: `require` encrypts without checking the certificate (`pg` alone would check it), or checks
 * its authority where `sslrootcert` names one; `verify-full` checks the name too. `channel_binding=require` refuses a server that would take the
 * password without it. The caller ends the client. @throws ConnectionFailed
 */
export async function connect(uri: string, options: ConnectOptions): Promise<Client> {
  const target = parseConnectionUri(uri);
  if (target.sslMode !== "prefer") return open(target, await tlsOptions(target), options);
  try {
    return await open(target, await tlsOptions(target), options);
  } catch (error) {
    if (error instanceof ConnectionFailed && error.reason === "tls-refused") return open(target, false, options);
    throw error;
  }
}

/** Opens a session, does the work with it and ends it, whatever comes. */
export async function withConnection<Result>(
  uri: string,
  options: ConnectOptions,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(uri, options);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What `sslmode` and `sslrootcert` mean, for Node's TLS; `false`: no TLS. */
export async function tlsOptions(target: ConnectionTarget): Promise<ConnectionOptions | false> {
  const { sslMode, rootCertificate } = target;
  if (sslMode === "disable") return false;
  const ca =
    rootCertificate === undefined || rootCertificate === "system" ? {} : { ca: await authority(rootCertificate) };
  if (sslMode === "verify-full" || rootCertificate === "system") return { ...ca, rejectUnauthorized: true };
  if (sslMode === "verify-ca" || (sslMode === "require" && "ca" in ca))
    return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

async function authority(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConnectionFailed(
      "certificate",
      `The file that sslrootcert names cannot be read: ${(error as Error).message}.`,
      {
        remedy: "Name a file of certificates in PEM, or sslrootcert=system.",
      },
    );
  }
}

async function open(
  target: ConnectionTarget,
  ssl: ConnectionOptions | false,
  { applicationName, connectTimeout = 15_000, statementTimeout, signal }: ConnectOptions,
): Promise<Client> {
  const aborted = () => explainConnectionError(new DOMException("aborted", "AbortError"), target);
  if (signal?.aborted) throw aborted();
  const bound = target.channelBinding === "require";
  if (bound && ssl === false) throw unbound(target);
  const socket = new Socket();
  const client = new Client({
    host: target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    password: target.password ?? "",
    ssl,
    application_name: applicationName,
    connectionTimeoutMillis: target.connectTimeout ?? connectTimeout,
    enableChannelBinding: target.channelBinding !== "disable" && ssl !== false,
    keepAlive: true,
    stream: () => socket,
    ...(target.startupOptions === undefined ? {} : { options: target.startupOptions }),
  });
  // A session that is lost while nobody waits for it must not end the process: the next query rejects and says so.
  client.on("error", () => undefined);
  if (bound) refuseUnbound(client, () => socket.destroy(unbound(target)));
  const abort = () => socket.destroy(aborted());
  signal?.addEventListener("abort", abort);
  client.once("end", () => signal?.removeEventListener("abort", abort));
  try {
    await client.connect();
    if (statementTimeout !== undefined)
      await client.query("select set_config('statement_timeout', $1, false)", [`${statementTimeout}`]);
    return client;
  } catch (error) {
    socket.destroy();
    signal?.removeEventListener("abort", abort);
    throw signal?.aborted ? aborted() : explainConnectionError(error, target);
  }
}

/** Calls back before anything of the password is sent, where the server asks for it in a way that is not bound to the channel. */
function refuseUnbound(client: Client, refuse: () => void): void {
  // `pg` has no option for it; its messages are events of a connection that its types do not show.
  const { connection } = client as Client & { connection: NodeJS.EventEmitter };
  connection.on("authenticationCleartextPassword", refuse);
  connection.on("authenticationMD5Password", refuse);
  connection.on("authenticationSASL", ({ mechanisms }: { mechanisms: string[] }) => {
    if (!mechanisms.includes("SCRAM-SHA-256-PLUS")) refuse();
  });
}

function unbound({ host, port }: ConnectionTarget): ConnectionFailed {
  return new ConnectionFailed(
    "channel-binding",
    `${host}:${port} does not bind the password to the TLS channel, and channel_binding=require demands it.`,
    { remedy: "Make sure that nobody stands between you and the server; then say channel_binding=prefer." },
  );
}
