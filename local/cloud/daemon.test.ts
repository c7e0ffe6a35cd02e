import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { LocalSeed } from "../../contracts/local.ts";
import {
  DaemonError,
  daemonStatus,
  localAdmin,
  logLines,
  readLocalTokens,
  resetDaemon,
  startDaemon,
  stopDaemon,
} from "./client.ts";
import { daemonFiles } from "./daemon/files.ts";
import { identify, isAlive, type ProcessIdentity } from "./daemon/process-identity.ts";
import { eventually } from "./runtime/test-platform.ts";

const seed: LocalSeed = { accounts: [{ name: "acme", zones: ["acme.localhost"] }] };
const homes: string[] = [];

function newHome(): { home: string } {
  const home = mkdtempSync(join(tmpdir(), "chittyops-home-"));
  homes.push(home);
  return { home };
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    await stopDaemon({ home });
    rmSync(home, { recursive: true, force: true });
  }
}, 60_000);

function workerdOf(home: string): ProcessIdentity[] {
  return (JSON.parse(readFileSync(daemonFiles(home).processes, "utf8")) as { workerd: ProcessIdentity[] }).workerd;
}

/** A call of Cloudflare's API with the account's token; the result. */
async function api(home: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const status = await daemonStatus({ home });
  if (status.state !== "running") throw new Error(`the daemon is ${status.state}`);
  const account = status.daemon.accounts[0]?.id ?? "";
  const answer = await fetch(`${status.daemon.controlUrl}/client/v4/accounts/${account}/${path}`, {
    method,
    headers: { authorization: `Bearer ${readLocalTokens({ home }).accounts.acme}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  try {
    return (JSON.parse(text) as { result: Record<string, unknown> }).result;
  } catch {
    return { text };
  }
}

describe("the daemon", { timeout: 120_000 }, () => {
  it("serves until it is stopped, on the same ports and with the same tokens at each start", async () => {
    const { home } = newHome();
    expect(await daemonStatus({ home })).toEqual({ state: "stopped", stale: false });
    const daemon = await startDaemon({ home, seed });
    expect(daemon.accounts).toMatchObject([{ name: "acme", zones: [{ name: "acme.localhost" }] }]);
    expect(await daemonStatus({ home })).toEqual({ state: "running", daemon });
    const tokens = readLocalTokens({ home });
    expect(statSync(daemonFiles(home).tokens).mode & 0o777).toBe(0o600);
    expect(await localAdmin({ home }, "state")).toMatchObject({ accounts: [{ name: "acme" }] });
    // A second start finds it running.
    expect((await startDaemon({ home, seed })).pid).toBe(daemon.pid);

    expect(await stopDaemon({ home })).toBe(true);
    expect(await stopDaemon({ home })).toBe(false);
    expect(existsSync(daemonFiles(home).descriptor)).toBe(false);
    expect(workerdOf(home).filter(isAlive)).toEqual([]);
    const again = await startDaemon({ home, seed });
    expect([again.controlUrl, again.edgeUrl]).toEqual([daemon.controlUrl, daemon.edgeUrl]);
    expect(readLocalTokens({ home })).toEqual(tokens);
    const log = readFileSync(daemonFiles(home).log, "utf8");
    for (const token of [tokens.admin, ...Object.values(tokens.accounts), ...Object.values(tokens.neon)])
      expect(log).not.toContain(token);
  });

  it("starts once when started twice at the same time", async () => {
    const { home } = newHome();
    const [first, second] = await Promise.all([startDaemon({ home, seed }), startDaemon({ home, seed })]);
    expect(first.pid).toBe(second.pid);
  });

  it("is restarted for a seed with an account that it does not know, and keeps the others", async () => {
    const { home } = newHome();
    await startDaemon({ home, seed });
    const more = await startDaemon({ home, seed: { accounts: [...seed.accounts, { name: "other", zones: [] }] } });
    expect(more.accounts.map(({ name }) => name).sort()).toEqual(["acme", "other"]);
    expect((await startDaemon({ home, seed })).pid).toBe(more.pid);
  });

  it("names the port that another process has, what was expected and what to do", async () => {
    const { home } = newHome();
    const { edgeUrl } = await startDaemon({ home, seed });
    await stopDaemon({ home });
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(new URL(edgeUrl).port), "127.0.0.1", resolve));
    try {
      const failure = await startDaemon({ home, seed }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(DaemonError);
      expect(String(failure)).toMatch(/Port \d+ is taken[\s\S]*found:[\s\S]*expected:[\s\S]*edge's port[\s\S]*remedy:/);
      expect(String(failure)).not.toMatch(/\n\s+at /);
      expect(await daemonStatus({ home })).toEqual({ state: "stopped", stale: false });
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
    await startDaemon({ home, seed });
  });

  it("after kill -9 is recognised as gone; the next start ends what it left behind and has every write that was acknowledged", async () => {
    const { home } = newHome();
    const daemon = await startDaemon({ home, seed });
    const { id } = await api(home, "POST", "storage/kv/namespaces", { title: "kept" });
    for (let round = 1; round <= 3; round++) {
      await api(home, "PUT", `storage/kv/namespaces/${String(id)}/values/key${round}`, `value ${round}`);
      const { pid } = await startDaemon({ home, seed });
      const left = workerdOf(home);
      expect(left.length).toBeGreaterThan(0);
      process.kill(pid, "SIGKILL");
      const status = await eventually(async () => {
        const now = await daemonStatus({ home });
        return now.state === "stopped" && now;
      });
      expect(status).toEqual({ state: "stopped", stale: true });
      expect(await daemonStatus({ home })).toEqual({ state: "stopped", stale: false });
      await startDaemon({ home, seed });
      expect(left.filter(isAlive)).toEqual([]);
      expect(await api(home, "GET", `storage/kv/namespaces/${String(id)}/values/key${round}`)).toEqual({
        text: `value ${round}`,
      });
    }
    expect((await startDaemon({ home, seed })).controlUrl).toBe(daemon.controlUrl);
  });

  it("ends what a killed daemon left behind also when it is only stopped", async () => {
    const { home } = newHome();
    const { pid } = await startDaemon({ home, seed });
    const left = workerdOf(home);
    process.kill(pid, "SIGKILL");
    await eventually(() => identify(pid) === undefined);
    await stopDaemon({ home });
    expect(left.filter(isAlive)).toEqual([]);
  });

  it("refuses a damaged store, says what to do, and starts anew after a reset that keeps a copy", async () => {
    const { home } = newHome();
    await startDaemon({ home, seed });
    await api(home, "POST", "storage/kv/namespaces", { title: "old" });
    await stopDaemon({ home });
    const store = join(daemonFiles(home).cloud, "store.sqlite");
    writeFileSync(store, "this is no database, and long enough not to be taken for an empty one".repeat(20));
    rmSync(`${store}-wal`, { force: true });
    const failure = await startDaemon({ home, seed }).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/cannot be read[\s\S]*found:[\s\S]*remedy:[\s\S]*reset/);
    expect(String(failure)).not.toMatch(/\n\s+at /);
    const { copy } = await resetDaemon({ home });
    expect(readFileSync(join(copy ?? "", "store.sqlite"), "utf8")).toContain("this is no database");
    await startDaemon({ home, seed });
    expect(await localAdmin({ home }, "state")).toMatchObject({ accounts: [{ kvNamespaces: [] }] });
  });

  it("tells its reason when it cannot start, with the end of its log", async () => {
    const { home } = newHome();
    const failure = await startDaemon({ home, seed, timeout: 1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DaemonError);
    expect(String(failure)).toContain("did not serve within");
  });

  it("logs what it does, to be shown by the command line", async () => {
    const { home } = newHome();
    await startDaemon({ home, seed });
    await stopDaemon({ home });
    expect(logLines({ home }).join("\n")).toMatch(/serving: control API on [\s\S]*stopping on SIGTERM[\s\S]*stopped/);
    expect(logLines({ home, lines: 1 })).toHaveLength(1);
  });

  it("explains its usage when called by hand without a home", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "daemon.ts")], {
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toContain("Usage: daemon.ts --home DIR");
  });
});
