import { BackupFailed } from "./backup-failed.ts";

/** What Postgres says of an error, as `pg` hands it over. */
interface PostgresError {
  message: string;
  code?: string;
  constraint?: string;
  column?: string;
}

const lostCodes = new Set(["57P01", "57P02", "57P03", "57P05", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNREFUSED"]);
const lostMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Client has already been)/;

/**
 * Says what failed in the words of whoever reads it. Errors that can repeat a row (values that do not fit, broken constraints, what triggers
 * raise) are told by their SQLSTATE and the names involved only. What is not from Postgres comes back as it is.
 */
export function databaseError(error: unknown, doing: string): unknown {
  if (error instanceof BackupFailed || !(error instanceof Error)) return error;
  const { code = "", constraint, column, message } = error as PostgresError;
  if (lostCodes.has(code) || code.startsWith("08") || lostMessages.test(message)) {
    return new BackupFailed("connection-lost", `${doing}: the connection to Postgres was lost (${code || message}).`, {
      remedy: "Look whether the endpoint restarted or was suspended, then start again from the beginning.",
    });
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  if (/^(22|23|P0|44)/.test(code)) {
    const names = [constraint && `constraint ${constraint}`, column && `column ${column}`].filter(Boolean);
    return new BackupFailed(
      "refused-data",
      `${doing}: Postgres refused a row (${["SQLSTATE ".concat(code), ...names].join(", ")}).`,
      {
        remedy:
          "The row itself is not shown. Look for what the schema of the target asks for and that of the backup did not.",
      },
    );
  }
  if (code === "42501") {
    return new BackupFailed("not-allowed", `${doing}: ${message}.`, {
      remedy: "Use the role that owns the tables, or one with BYPASSRLS where row-level security is forced.",
    });
  }
  if (code === "55P03") {
    return new BackupFailed("locked", `${doing}: a table stayed locked by somebody else (${message}).`, {
      remedy: "A migration is probably running: wait for it to end, then start again.",
    });
  }
  if (code === "53100") {
    return new BackupFailed("database", `${doing}: the database's own disk is full (${message}).`, {
      remedy: "Give it more room or a larger quota, then start again.",
    });
  }
  return new BackupFailed("database", `${doing}: ${message} (SQLSTATE ${code}).`, {
    remedy: "Put right what Postgres complains about, then start again.",
  });
}
