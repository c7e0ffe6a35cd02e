import { ConnectionFailed } from "./connection-failed.ts";
import type { ConnectionTarget } from "./connection-uri.ts";

/** Codes of Node for a certificate that does not hold. */
const certificateCodes =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH)/;

/** What went wrong on the way to a session, told so that somebody can put it right. Takes nothing over from the URI but names and the port. */
export function explainConnectionError(error: unknown, target: ConnectionTarget): ConnectionFailed {
  if (error instanceof ConnectionFailed) return error;
  const { code, message } = codeAndMessage(error);
  const { user, database, host } = target;
  const where = `${host}:${target.port}`;
  const failed = (reason: ConnectionFailed["reason"], found: string, remedy: string) =>
    new ConnectionFailed(reason, found, { remedy });
  if (error instanceof Error && error.name === "AbortError")
    return failed("aborted", "The connection was given up.", "Start the command again to go on.");
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return failed(
      "unknown-host",
      `The name ${host} has no address.`,
      "Check the host, and that this machine can ask a name server.",
    );
  if (code === "ECONNREFUSED")
    return failed(
      "refused",
      `Nothing listens on ${where}.`,
      "Check host and port, and that the server or the embedded cloud runs.",
    );
  if (code === "ETIMEDOUT" || /timeout expired|connection timed out/i.test(message))
    return failed(
      "timeout",
      `${where} gave no answer in time.`,
      "Check firewalls and the project's allowed IPs; a suspended endpoint that does not wake shows in Neon's console.",
    );
  if (message === "The server does not support SSL connections")
    return failed(
      "tls-refused",
      `${where} refuses TLS, and sslmode=${target.sslMode} demands it.`,
      "Turn TLS on at the server; only for a server on this machine, say sslmode=disable.",
    );
  if (certificateCodes.test(code))
    return failed(
      "certificate",
      `The certificate of ${where} does not hold: ${message}.`,
      "Check the host name, or name the authority that signed it with sslrootcert. sslmode=require encrypts without checking.",
    );
  if (code.startsWith("ERR_SSL") || /establishing an SSL connection|EPROTO/.test(`${code} ${message}`))
    return failed(
      "tls-refused",
      `TLS with ${where} failed: ${message}.`,
      "Check that a Postgres of today answers there, with TLS 1.2 or later.",
    );
  // Postgres up to 16 says no more than this for a wrong name as well, so that names cannot be guessed.
  if (code === "28P01")
    return failed(
      "wrong-password",
      `The password for role ${user} at ${where} is wrong, or there is no such role.`,
      "Take the current password from the secret store, or reset it at Neon and run `up`.",
    );
  if (/SASL.*(must be a (non-empty )?string|empty string)|no password supplied/i.test(message))
    return failed(
      "no-password",
      `${where} asks for a password for role ${user}, and the URI has none.`,
      "Use the URI that the secret store holds.",
    );
  if (code === "3D000")
    return failed(
      "unknown-database",
      `There is no database ${database} at ${where}.`,
      "Check its name, or create it with `up`.",
    );
  if (code === "28000" && /no encryption|SSL off/.test(message))
    return failed(
      "tls-required",
      `${where} accepts role ${user} only over TLS.`,
      "Say sslmode=require, or better verify-full.",
    );
  if (code === "28000" || code === "42501")
    return failed(
      "not-allowed",
      `Role ${user} may not connect to database ${database} at ${where}: ${message}.`,
      "Grant CONNECT on the database to the role, and check that it may log in from this address (allowed IPs, pg_hba.conf).",
    );
  if (code === "53300" || /too many connections|remaining connection slots|no more connections allowed/i.test(message))
    return failed(
      "too-many-connections",
      `${where} has no connection left: ${message}.`,
      "Use the pooled host, end idle sessions, or give the endpoint a larger compute size.",
    );
  if (/exceeded the .* quota/i.test(message))
    return failed(
      "quota",
      `${where} lets nobody in: ${message}.`,
      "Raise the quota of the database in the catalog and run `up`, or wait until the next billing period begins.",
    );
  if (code === "57P03" || /endpoint is (being )?(suspended|starting|disabled)|compute.*(start|wak)/i.test(message))
    return failed(
      "waking",
      `${where} is not ready yet: ${message}.`,
      "It is waking or restarting: try again in some seconds.",
    );
  if (/^(ECONNRESET|EPIPE|57P01|57P02|08\w\w\w)$/.test(code) || /Connection terminated/.test(message))
    return failed(
      "lost",
      `${where} closed the connection before it was ready.`,
      "Try again; if it stays so, look at the server's log.",
    );
  return failed(
    "other",
    `Connecting to ${where} failed: ${message}${code === "" ? "" : ` (${code})`}.`,
    "Look the code up in Postgres' documentation of error codes.",
  );
}

function codeAndMessage(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "", message: "unknown error" };
  // Several addresses were tried: the first says enough.
  if (error instanceof AggregateError && error.errors.length > 0) return codeAndMessage(error.errors[0]);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return { code, message: error.message.replace(/\.$/, "") };
}
