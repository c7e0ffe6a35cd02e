import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, Response } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { opsCompatibility } from "../../../contracts/ops-plane.ts";
import { repositoryRoot } from "../../../local/engine/home.ts";

/** Addresses of names, as a resolver answers; any other name has none. */
const zone: Record<string, string> = {
  "fine.example": "104.16.1.1",
  "inside.example": "10.0.0.7",
  "metadata.example": "169.254.169.254",
};

describe("what the plane asks, in the runtime that it is deployed to", () => {
  let workerd: Miniflare;
  const asked: string[] = [];

  beforeAll(async () => {
    const code = `import { fetchSafely } from "./fetch-safely.ts";
      export default { async fetch(request) {
        const options = { local: false, timeout: 5_000, largestBody: 100 };
        try { return Response.json(await fetchSafely(await request.text(), options)); }
        catch ({ message, refused }) { return Response.json({ message, refused }); }
      } };`;
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: join(repositoryRoot, "runtime/ops/outbound"), loader: "ts" },
      bundle: true,
      format: "esm",
      write: false,
      external: ["node:*"],
    });
    workerd = new Miniflare(
      await convertV4MiniflareOptions({
        modules: [{ type: "ESModule", path: "worker.mjs", contents: outputFiles[0]?.text ?? "" }],
        compatibilityDate: opsCompatibility.date,
        compatibilityFlags: [...opsCompatibility.flags],
        outboundService: (request) => {
          const { hostname, searchParams } = new URL(request.url);
          if (hostname !== "cloudflare-dns.com") {
            asked.push(hostname);
            return new Response("hello");
          }
          const name = searchParams.get("name") ?? "";
          const data = searchParams.get("type") === "A" ? zone[name] : undefined;
          const Answer = data === undefined ? [] : [{ name, type: 1, TTL: 60, data }];
          const Question = [{ name, type: 1 }];
          return Response.json({ Status: 0, TC: false, RD: true, RA: true, AD: false, CD: false, Question, Answer });
        },
      }),
    );
  });
  afterAll(() => workerd?.dispose());

  const ask = async (host: string) =>
    (await workerd.dispatchFetch("http://plane/", { method: "POST", body: `https://${host}/hook` })).json();

  it("is what its name resolves to outside", async () => {
    expect(await ask("fine.example")).toMatchObject({ status: 200, body: "hello" });
    expect(asked.splice(0)).toEqual(["fine.example"]);
  });

  it.each(["inside.example", "metadata.example"])("is never %s, whose address is inside a network", async (host) => {
    expect(await ask(host)).toEqual({ message: expect.stringContaining("inside a network"), refused: true });
    expect(asked).toEqual([]);
  });

  it("is no name without an address", async () => {
    expect(await ask("nowhere.example")).toEqual({ message: expect.stringContaining("no address"), refused: false });
    expect(asked).toEqual([]);
  });
});
