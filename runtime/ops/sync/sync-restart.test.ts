import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it, vi } from "vitest";
import type { ChildRecord } from "../../../contracts/ops-sync.ts";
import { sample } from "../../../tests/harness/sample.ts";
import { nodePlane, operatorToken, people } from "../testing/node-plane.ts";
import { stateOf, testChild, tickOf } from "./testing/sync-plane.ts";

const folder = mkdtempSync(join(tmpdir(), "chittyops-plane-"));
let running: ChildProcess | undefined;
afterEach(async () => {
  if (running !== undefined) await kill(running);
  rmSync(folder, { recursive: true, force: true });
});

/** After how many acknowledged ticks the plane is killed. */
const moments = [30, 90, 200, 400, 700];

it.each(sample("moments of a kill", moments, 1))(
  "loses no tick that it acknowledged, nor an incident in one, when it is killed after %i of them under load",
  async (moment) => {
    const { env } = await nodePlane();
    const told = JSON.stringify({ OPS: env.OPS, SIGNING_KEY: env.SIGNING_KEY, FAMILY_KEYS: env.FAMILY_KEYS, folder });
    let url = await start(told);
    const send = (request: Request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(new URL(pathname + search, url), new Request(request, { signal: AbortSignal.timeout(20_000) }));
    };
    const names = Array.from({ length: 40 }, (_, index) => `court-${index}`);
    const all = names.map((child) => testChild(send, { family: "cook-county", child }));
    const state = stateOf();
    for (const child of all) expect((await child.enrol(state)).status).toBe(200);

    const acknowledged = new Map<string, number>();
    let ticks = 0;
    let dead = false;
    await Promise.all(
      all.map(async (child) => {
        for (let sequence = 1; sequence <= 28 && !dead; sequence++) {
          const incidents = sequence === 1 ? [{ fingerprint: "first", title: "First", severity: "info" } as const] : [];
          const response = await child
            .call("/sync", tickOf(state, { metrics: { sequence }, incidents }))
            .catch(() => undefined);
          // What was cut off may be taken or not; only what was answered has to be there.
          if (response === undefined || dead) return;
          expect(response.status).toBe(200);
          acknowledged.set(child.name.child, sequence);
          ticks += 1;
          if (ticks === moment && running !== undefined) {
            dead = true;
            await kill(running);
          }
        }
      }),
    );
    expect(ticks).toBeGreaterThanOrEqual(moment);

    url = await start(told);
    const headers = { authorization: `Bearer ${await operatorToken(people.viewer)}` };
    const read = async <T>(path: string) => (await (await fetch(new URL(path, url), { headers })).json()) as T;
    const { children } = await read<{ children: ChildRecord[] }>("/api/v1/children?limit=500");
    const kept = new Map(children.map(({ child, metrics }) => [child, metrics.sequence ?? 0]));
    expect(kept.size).toBe(40);
    const lost = [...acknowledged].filter(([child, sequence]) => (kept.get(child) ?? 0) < sequence);
    expect(lost).toEqual([]);
    const wanted = [...acknowledged.keys()].map((child) => `cook-county/${child}`);
    await vi.waitUntil(
      async () => {
        const path = "/api/v1/incidents?limit=100";
        const { incidents } = await read<{ incidents: { subject?: string; subjects?: string[] }[] }>(path);
        const told = JSON.stringify(incidents);
        return wanted.every((subject) => told.includes(`"${subject}"`));
      },
      { timeout: 60_000, interval: 200 },
    );
  },
);

async function start(told: string): Promise<string> {
  const script = join(import.meta.dirname, "../testing/run-plane.ts");
  // A group of its own: the runtime is ended with the process that started it.
  const child = spawn(process.execPath, [script, told], { stdio: ["ignore", "pipe", "inherit"], detached: true });
  running = child;
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return String(line);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
