import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { describeLock, readBackendLocks, removeBackendLock } from "./backend-lock.ts";

let directory: string;
let folder: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "locks-"));
  folder = join(directory, ".pulumi/locks/organization/chittyops/local");
  mkdirSync(folder, { recursive: true });
});

function writeLock(overrides: Record<string, unknown> = {}): void {
  const content = {
    pid: process.pid,
    username: "ada",
    hostname: hostname(),
    timestamp: new Date().toISOString(),
    ...overrides,
  };
  writeFileSync(join(folder, "1d2c.json"), JSON.stringify(content));
}
const states = () => readBackendLocks(directory, "chittyops", "local").map((lock) => lock.state);

describe("readBackendLocks", () => {
  it("finds none where the stack was never locked", () => {
    expect(readBackendLocks(directory, "chittyops", "dev")).toEqual([]);
  });

  it("calls the lock of a running process live", () => {
    writeLock();
    expect(states()).toEqual(["live"]);
  });

  it("calls the lock of an ended process dead", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    writeLock({ pid: child.pid });
    expect(states()).toEqual(["dead"]);
  });

  it("calls a lock dead whose pid now belongs to a younger process", () => {
    writeLock({ timestamp: "2020-01-01T00:00:00.123456789+02:00" });
    expect(states()).toEqual(["dead"]);
  });

  it("says nothing about another host's process", () => {
    writeLock({ hostname: `not-${hostname()}` });
    expect(states()).toEqual(["elsewhere"]);
  });

  it.each(["", "{", '{"pid":"x"}'])("calls the content %j unreadable", (text) => {
    writeFileSync(join(folder, "x.json"), text);
    expect(states()).toEqual(["unreadable"]);
  });

  it("is empty after removal", () => {
    writeLock();
    for (const lock of readBackendLocks(directory, "chittyops", "local")) removeBackendLock(lock);
    expect(states()).toEqual([]);
  });
});

describe("describeLock", () => {
  it("names owner, host and age", () => {
    writeLock({ pid: 77, username: "ada", hostname: "laptop", timestamp: "2026-11-22T10:00:00Z" });
    const [lock] = readBackendLocks(directory, "chittyops", "local");
    expect(lock && describeLock(lock, Date.parse("2026-11-22T10:03:05Z"))).toBe(
      "pid 77 of ada on laptop, since 3 min 5 s",
    );
  });
});
