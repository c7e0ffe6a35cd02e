import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isSameProcess, processStartedAt } from "./process-identity.ts";

describe("processStartedAt", () => {
  it("gives this process's start to about a second", () => {
    const expected = Date.now() - process.uptime() * 1000;
    expect(Math.abs((processStartedAt(process.pid) ?? 0) - expected)).toBeLessThan(3_000);
  });

  it("gives nothing for a process that has ended", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    expect(processStartedAt(child.pid ?? 0)).toBeUndefined();
  });
});

describe("isSameProcess", () => {
  it("recognises a running process", () => {
    expect(isSameProcess(process.pid, Date.now())).toBe(true);
  });

  it("does not take a later process with the same pid for the earlier one", () => {
    expect(isSameProcess(process.pid, Date.now() - 24 * 3600 * 1000)).toBe(false);
  });
});
