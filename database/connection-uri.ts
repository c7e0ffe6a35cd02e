import { ConnectionFailed } from "./connection-failed.ts";

/** libpq's modes, without `allow`, which nothing of ours asks for. */
const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
type SslMode = (typeof sslModes)[number];

/** Where a connection URI leads. Holds the password: never print it whole. */
export interface ConnectionTarget {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string | undefined;
  /** Default `prefer`, as libpq has it. */
  sslMode: SslMode;
  /** Path of a file in PEM, or `system` for the certificate authorities that Node knows, which are the default. */
  rootCertificate: string | undefined;
  channelBinding: "disable" | "prefer" | "require";
  /** Milliseconds that `connect_timeout` gives (it is in seconds). */
  connectTimeout: number | undefined;
  /** `options` of the startup message, e.g. `endpoint=ep-…` for clients that cannot send a server name. */
  startupOptions: string | undefined;
}

/** Reads `postgresql://user:password@host:port/database?sslmode=…`. @throws ConnectionFailed that repeats nothing of the URI. */
export function parseConnectionUri(uri: string): ConnectionTarget {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    throw malformed("it is no URI");
  }
  if (url.protocol !== "postgresql:" && url.protocol !== "postgres:") throw malformed("it has another scheme");
  const target = {
    host: decoded(url.hostname, "host").replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 5432 : Number(url.port),
    user: decoded(url.username, "user"),
    password: url.password === "" ? undefined : decoded(url.password, "password"),
    database: decoded(url.pathname.slice(1), "database"),
  };
  if (target.host === "") throw malformed("it names no host");
  if (target.user === "") throw malformed("it names no user");
  const { searchParams } = url;
  return {
    ...target,
    database: target.database === "" ? target.user : target.database,
    sslMode: oneOf("sslmode", searchParams, sslModes, "prefer"),
    rootCertificate: searchParams.get("sslrootcert") ?? undefined,
    channelBinding: oneOf("channel_binding", searchParams, ["disable", "prefer", "require"] as const, "prefer"),
    connectTimeout: milliseconds(searchParams.get("connect_timeout")),
    startupOptions: searchParams.get("options") ?? undefined,
  };
}

/**
 * The URI as it may be shown: who connects where, without the password and without what follows `?`. Whatever cannot be read as a URI is not
 * shown at all, since a password with a raw `@` or `/` would be taken for another part.
 */
export function redactUri(uri: string): string {
  try {
    const { user, host, port, database } = parseConnectionUri(uri);
    const shownHost = host.includes(":") ? `[${host}]` : host;
    return `postgresql://${encodeURIComponent(user)}:***@${shownHost}:${port}/${encodeURIComponent(database)}`;
  } catch {
    return "postgresql://***";
  }
}

function oneOf<Value extends string>(
  name: string,
  parameters: URLSearchParams,
  allowed: readonly Value[],
  otherwise: Value,
): Value {
  const given = parameters.get(name);
  if (given === null) return otherwise;
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw malformed(`its ${name} is none of ${allowed.join(", ")}`);
  return found;
}

function milliseconds(seconds: string | null): number | undefined {
  if (seconds === null) return undefined;
  if (!/^\d{1,6}$/.test(seconds)) throw malformed("its connect_timeout is no number of seconds");
  return Number(seconds) * 1000;
}

function decoded(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed(`its ${part} is not percent-encoded`);
  }
}

function malformed(why: string): ConnectionFailed {
  return new ConnectionFailed("malformed-uri", `The connection URI cannot be used: ${why}.`, {
    expected: "postgresql://user:password@host:port/database?sslmode=require",
    remedy: "Percent-encode the odd characters of the user and the password, or ask Neon for the URI again.",
  });
}
