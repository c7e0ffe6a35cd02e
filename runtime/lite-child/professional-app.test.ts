import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { get, signed, startChildren } from "./testing/start-children.ts";

const { miniflare } = startChildren("portal");

describe("a professional tenant", () => {
  it("shows its own branding, escaped, and its measured service level", async () => {
    const response = await get("portal", "/");
    const page = await response.text();
    expect(page).toContain("Acme &lt;script&gt;");
    expect(page).toContain("#0b5394");
    expect(page).not.toContain(`<script>`);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const { serviceLevels } = (await (await get("portal", "/api/v1/status")).json()) as { serviceLevels: unknown[] };
    expect(serviceLevels).toMatchObject([{ name: "availability", met: true, total: expect.any(Number) }]);
  });

  it("keeps matters and files in its own store, for callers with the child's key, each call once", async () => {
    const matter = JSON.stringify({ client: "Doyle", summary: "Lease" });
    expect((await get("portal", "/api/v1/matters/m-1")).status).toBe(401);
    const headers = await signed("portal", "PUT", "/api/v1/matters/m-1", matter);
    const put = { method: "PUT", body: matter, headers };
    expect((await get("portal", "/api/v1/matters/m-1", put)).status).toBe(200);
    expect((await get("portal", "/api/v1/matters/m-1", put)).status).toBe(409);
    const forged = { method: "PUT", body: "{}", headers: await signed("portal", "PUT", "/api/v1/matters/m-1", matter) };
    expect((await get("portal", "/api/v1/matters/m-1", forged)).status).toBe(401);
    const read = await get("portal", "/api/v1/matters/m-1", {
      headers: await signed("portal", "GET", "/api/v1/matters/m-1"),
    });
    expect(await read.json()).toEqual({ client: "Doyle", summary: "Lease" });

    const file = randomBytes(100_000).toString("base64");
    const sent = { method: "PUT", body: file, headers: await signed("portal", "PUT", "/api/v1/files/lease.pdf", file) };
    expect((await get("portal", "/api/v1/files/lease.pdf", sent)).status).toBe(201);
    const other = {
      ...sent,
      body: `${file}x`,
      headers: await signed("portal", "PUT", "/api/v1/files/lease.pdf", file),
    };
    expect((await get("portal", "/api/v1/files/lease.pdf", other)).status).toBe(401);
    const kept = await (await miniflare().getR2Bucket("DOCUMENTS", "portal")).get("files/lease.pdf");
    expect(await kept?.text()).toBe(file);
  });
});
