import { describe, expect, it } from "vitest";
import { get, startChildren } from "./testing/start-children.ts";

startChildren("court", "portal", "notes", "expired", "suspended", "quota");

describe("every lite child", () => {
  it("answers the health contract and says what it is, whatever its family", async () => {
    for (const name of ["court", "portal", "notes"]) {
      expect(await (await get(name, "/health")).json()).toEqual({ status: "ok" });
      expect(await (await get(name, "/api/v1/status")).json()).toMatchObject({
        service: name,
        parent: { stack: "chittyops-contract/local", keyEpoch: 1 },
        usage: { requests: expect.any(Number), level: "observe" },
      });
    }
  });

  it("answers 410 with the reason once it has expired, and still says how it is", async () => {
    expect((await get("expired", "/health")).status).toBe(200);
    expect(await (await get("expired", "/api/v1/status")).json()).toMatchObject({ expiresAt: "2026-11-02T00:00:00Z" });
    for (const path of ["/", "/api/v1/notes"]) {
      const response = await get("expired", path);
      expect(response.status).toBe(410);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ status: 410, detail: expect.stringMatching(/2026-11-02.*extend/) });
    }
  });

  it("serves nothing but its health and status while it is suspended", async () => {
    expect((await get("suspended", "/")).status).toBe(403);
    expect((await get("suspended", "/health")).status).toBe(200);
    expect(await (await get("suspended", "/api/v1/status")).json()).toMatchObject({ state: "suspended" });
  });

  it("answers 429 beyond the day's quota, and still says that it is healthy", async () => {
    expect([(await get("quota", "/")).status, (await get("quota", "/")).status]).toEqual([200, 200]);
    const response = await get("quota", "/");
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await get("quota", "/health")).status).toBe(200);
  });
});
