import { randomBytes } from "node:crypto";

/** An id as most of Cloudflare's objects have it: 32 hexadecimal digits. */
export function hexId(): string {
  return randomBytes(16).toString("hex");
}
