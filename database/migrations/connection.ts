import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig, DatabaseError } from "pg";
import { MigrationError } from "./problem.ts";

/** A database that can be connected to. Holds a secret, and shows it to nobody: not when printed, not in an error. */
export interface Connection {
  /** `app@ep-cool-sun.eu-central-1.aws.neon.tech/finance`: for messages; no secret. */
  readonly label: string;
  readonly role: string;
  readonly database: string;
  /** Neon's pooled host (`ep-…-pooler.…`), which keeps no session. */
  readonly pooled: boolean;
  /** @throws ConnectionFailed */
  open(signal?: AbortSignal): Promise<Client>;
}

export class ConnectionFailed extends MigrationError {
  override name = "ConnectionFailed";
  /** Whether trying again may help: the server was not reached, starts up or is full. */
  readonly transient: boolean;
  constructor(message: string, transient: boolean) {
    super(message);
    this.transient = transient;
  }
}

/**
 * @param uri `postgresql://role:password@host:port/database?sslmode=require`, name and password percent-encoded. `sslmode` as in libpq:
 *   `require` accepts any certificate, `verify-full` verifies it and the host (`sslrootcert` names a file, absent or `system` the usual roots).
 * @throws ConnectionFailed when it is no such URI; the message does not repeat it
 * @see https://www.postgresql.org/docs/18/libpq-ssl.html
 */
export function connectionTo(uri: string): Connection {
  const config = parse(uri);
  const { user = "", database = "", host = "" } = config;
  const label = `${user}@${host}/${database}`;
  return {
    label,
    role: user,
    database,
    pooled: /^[^.]*-pooler\./.test(host),
    async open(signal) {
      signal?.throwIfAborted();
      const client = new Client(config);
      // Without a listener, a connection that ends while nobody waits for it would end the process.
      client.on("error", () => {});
      const stop = () => destroy(client);
      signal?.addEventListener("abort", stop, { once: true });
      try {
        await client.connect();
        return client;
      } catch (error) {
        destroy(client);
        signal?.throwIfAborted();
        throw connectionFailed(label, error);
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
  };
}

/** Ends a connection without a farewell. */
export function destroy(client: Client): void {
  // Typed nowhere, but public: pg's own pool does the same.
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}

function parse(uri: string): ClientConfig {
  const wrong = (found: string) =>
    new ConnectionFailed(
      `Found a connection URI ${found}.\n  expected: postgresql://role:password@host:port/database?sslmode=require\n  remedy: percent-encode every sign of role and password that is no letter or digit`,
      false,
    );
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    throw wrong("that cannot be read");
  }
  if (!["postgresql:", "postgres:"].includes(url.protocol)) throw wrong("of another scheme");
  if (url.hostname === "" || url.username === "" || url.pathname.length < 2 || url.hash !== "")
    throw wrong("that lacks its role, host or database");
  const parameter = (name: string) => url.searchParams.get(name) ?? undefined;
  const options = parameter("options");
  const config: ClientConfig = {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || 5432),
    application_name: "chittyops migrate",
    connectionTimeoutMillis: Number(parameter("connect_timeout") ?? 30) * 1000,
    keepAlive: true,
    enableChannelBinding: parameter("channel_binding") === "require",
    ssl: tls(parameter),
    ...(options === undefined ? {} : { options }),
  };
  try {
    config.user = decodeURIComponent(url.username);
    config.database = decodeURIComponent(url.pathname.slice(1));
    if (url.password !== "") config.password = decodeURIComponent(url.password);
  } catch {
    throw wrong("with a % that begins no percent-encoding");
  }
  return config;
}

function tls(parameter: (name: string) => string | undefined): ConnectionOptions | false {
  const mode = parameter("sslmode") ?? "disable";
  const root = parameter("sslrootcert");
  const read = (key: "ca" | "cert" | "key", file: string | undefined) => {
    if (file === undefined || file === "system") return {};
    try {
      return { [key]: readFileSync(file, "utf8") };
    } catch {
      throw new ConnectionFailed(`The file ${file} of the connection's TLS settings cannot be read.`, false);
    }
  };
  const files = {
    ...read("ca", root),
    ...read("cert", parameter("sslcert")),
    ...read("key", parameter("sslkey")),
  };
  const anyHost = { checkServerIdentity: () => undefined };
  switch (mode) {
    case "disable":
    case "allow":
      return false;
    case "prefer":
      return { ...files, rejectUnauthorized: false };
    case "require":
      // As libpq does: with a root certificate, `require` is `verify-ca`.
      return "ca" in files ? { ...files, ...anyHost } : { ...files, rejectUnauthorized: false };
    case "verify-ca":
      return { ...files, ...anyHost };
    case "verify-full":
      return files;
    default:
      throw new ConnectionFailed(`Found sslmode=${mode}; expected disable, require, verify-ca or verify-full.`, false);
  }
}

function connectionFailed(label: string, error: unknown): ConnectionFailed {
  // Node bundles the failures of several addresses of a host in one error without a message.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const reason = first instanceof Error ? first.message : String(first);
  const transient =
    first instanceof DatabaseError ? /^(08|53|57P)/.test(first.code ?? "") : !/certificate|SSL/i.test(reason);
  return new ConnectionFailed(`No connection to ${label}: ${reason}`, transient);
}
