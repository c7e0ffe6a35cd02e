import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { describe, expect, it } from "vitest";
import { children } from "./testing/children.ts";
import { get, signed, startChildren } from "./testing/start-children.ts";
import { workerOf } from "./testing/workers.ts";

startChildren("notes");

describe("a consumer app", () => {
  it("keeps notes, and degrades and pauses as its budget is used up or an administrator says", async () => {
    const made = await get("notes", "/api/v1/notes", { method: "POST", body: '{"text":"milk"}' });
    const { url } = (await made.json()) as { url: string };
    expect(await (await get("notes", url)).json()).toMatchObject({ text: "milk" });
    expect(made.headers.get("chitty-budget")).toMatch(/^level=observe; requests=\d+; units=\d+$/);

    const statuses = async () => [
      (await get("notes", url)).status,
      (await get("notes", "/api/v1/notes", { method: "POST", body: '{"text":"x"}' })).status,
    ];
    const unsigned = await get("notes", "/api/v1/budget", { method: "PUT", body: '{"level":"pause"}' });
    expect(unsigned.status).toBe(401);
    await setLevel("pause");
    expect(await statuses()).toEqual([503, 503]);
    await setLevel("degrade");
    expect(await statuses()).toEqual([200, 503]);
    await setLevel(null);
    expect(await statuses()).toEqual([200, 201]);
  });

  it("lets requests pass, and says so, when its counter cannot be had", async () => {
    const { notes } = children;
    if (notes === undefined) throw new Error("no child");
    const without = new Miniflare(convertV4MiniflareOptions({ workers: [workerOf(notes, "NoSuchMethods")] }));
    try {
      const response = await without.dispatchFetch("http://notes.test/");
      expect(response.status).toBe(200);
      expect(response.headers.get("chitty-budget")).toBe("unavailable");
      expect(await (await without.dispatchFetch("http://notes.test/api/v1/status")).json()).toMatchObject({
        usage: "unavailable",
      });
    } finally {
      await without.dispose();
    }
  });
});

async function setLevel(level: string | null): Promise<void> {
  const body = JSON.stringify({ level });
  const headers = await signed("notes", "PUT", "/api/v1/budget", body);
  expect((await get("notes", "/api/v1/budget", { method: "PUT", body, headers })).status).toBe(200);
}
