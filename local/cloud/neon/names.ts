import { NeonError } from "./neon-error.ts";

const reservedRoles = /^(pg_|neon_superuser$|cloud_admin$|zenith_admin$|web_access$|postgres$|public$|none$)/i;
const reservedDatabases = new Set(["postgres", "template0", "template1"]);

/** Postgres cuts longer names off, so that two could become one. */
const longest = 63;

/** @throws {NeonError} 400 */
export function checkRoleName(name: string): void {
  check("role", name);
  if (reservedRoles.test(name)) throw new NeonError(400, `role name "${name}" is reserved`);
}

/** @throws {NeonError} 400 */
export function checkDatabaseName(name: string): void {
  check("database", name);
  if (reservedDatabases.has(name)) throw new NeonError(400, `database name "${name}" is reserved`);
}

function check(what: string, name: string): void {
  if (name === "" || name.includes("\0")) throw new NeonError(400, `${what} name is empty or has a zero character`);
  const length = Buffer.byteLength(name);
  if (length > longest) throw new NeonError(400, `${what} name is too long: ${length} bytes, at most ${longest}`);
}
