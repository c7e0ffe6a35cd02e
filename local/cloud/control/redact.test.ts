import { describe, expect, it } from "vitest";
import { redact, redactPath } from "./redact.ts";

describe("redaction", () => {
  it.each([
    { password: "planted" },
    { origin: { password: "planted", host: "h" } },
    { secrets: { A: { type: "secret_text", name: "A", text: "planted" } } },
    { bindings: [{ type: "secret_key", name: "K", key_jwk: { k: "planted" } }] },
    [{ name: "API_KEY", value: "planted", scopes: ["workers"] }],
    [{ key: "k", value: "planted" }],
    { config: { client_id: "i", client_secret: "planted" } },
    { sql: "insert into t values ('planted')", params: ["planted"] },
    { body: { deep: "planted" }, content_type: "json" },
    { messages: [{ body: "planted" }] },
    { modules: [{ name: "a", content_base64: "planted" }] },
    { destination_conf: "r2://logs?secret-access-key=planted" },
    { assets: { jwt: "planted" } },
  ])("leaves no secret in %j", (body) => {
    expect(JSON.stringify(redact(body))).not.toContain("planted");
  });

  it("keeps what explains a request", () => {
    const body = { name: "svc", bindings: [{ type: "plain_text", name: "MODE", text: "m1" }], cron: "* * * * *" };
    expect(redact(body)).toEqual(body);
  });

  it("takes secrets out of queries", () => {
    expect(redactPath(new URL("http://x/a?token=planted&page=2"))).toBe("/a?token=%5Bredacted%5D&page=2");
  });
});
