import { createHmac, randomBytes } from "node:crypto";

/**
 * What a tick is measured against: a Worker that verifies one HMAC over the body and writes one row in one Durable Object. Each caller has a
 * key of its own, so the key is imported for each.
 */
export const baselineModule = `
import { DurableObject } from "cloudflare:workers";
export class Rows extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, at INTEGER, body TEXT) WITHOUT ROWID");
  }
  write(id, body) {
    this.sql.exec("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", id, Date.now(), body);
  }
}
export default {
  async fetch(request, env) {
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(env.KEY), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const body = await request.text();
    const signature = Uint8Array.from(atob(request.headers.get("x-signature") ?? ""), (c) => c.charCodeAt(0));
    if (!(await crypto.subtle.verify("HMAC", key, signature, new TextEncoder().encode(body)))) return new Response(null, { status: 401 });
    await env.ROWS.getByName("only").write(request.headers.get("x-id"), body);
    return Response.json({ ok: true });
  },
};`;

export const baselineKey = randomBytes(32).toString("hex");

export function baselineHeaders(id: string, body: string): Record<string, string> {
  return { "x-id": id, "x-signature": createHmac("sha256", baselineKey).update(body).digest("base64") };
}
