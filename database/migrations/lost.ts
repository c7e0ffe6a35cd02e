import { DatabaseError } from "pg";

/**
 * Whether an error of a query means that its connection is gone, so that it is not known what the server made of the query:
 * 57P01 to 57P05 and class 08 are said by a server that hangs up, everything without an SQLSTATE by the socket.
 */
export function isLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(57P0[1-5]|08)/.test(error.code ?? "");
  return (
    error instanceof Error &&
    (/^Connection terminated|not queryable|^Client /.test(error.message) || "syscall" in error)
  );
}
