import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LocalDaemon } from "../../../contracts/local.ts";
import { localAdmin, readLocalTokens, startDaemon, stopDaemon } from "../client.ts";

const home = mkdtempSync(join(tmpdir(), "chittyops-durability-"));
const start = () => startDaemon({ home, seed: { accounts: [{ name: "chittyos", zones: ["chitty.localhost"] }] } });

afterAll(async () => {
  await stopDaemon({ home });
  rmSync(home, { recursive: true, force: true });
});

function namespaces(daemon: LocalDaemon, body?: unknown): Promise<Response> {
  const account = daemon.accounts[0]?.id;
  return fetch(`${daemon.controlUrl}/client/v4/accounts/${account}/storage/kv/namespaces`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${readLocalTokens({ home }).accounts.chittyos}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function titles(daemon: LocalDaemon): Promise<string[]> {
  const { result } = (await (await namespaces(daemon)).json()) as { result: { title: string }[] };
  return result.map(({ title }) => title);
}

describe("a daemon that is killed", () => {
  it("has what it acknowledged and what it had committed, and not what it had only received", async () => {
    let daemon = await start();
    expect((await namespaces(daemon, { title: "acknowledged" })).status).toBe(200);
    for (const [when, title] of [
      ["after", "committed"],
      ["before", "received"],
    ]) {
      await localAdmin({ home }, "faults", {
        method: "POST",
        body: { method: "POST", times: 1, action: { type: "exit", when } },
      });
      await expect(namespaces(daemon, { title })).rejects.toThrow(/fetch failed/);
      daemon = await start();
    }
    expect(await titles(daemon)).toEqual(["acknowledged", "committed"]);
  });
});
