import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireCommandLock, commandLockOwner } from "./command-lock.ts";

const lockFile = () => join(mkdtempSync(join(tmpdir(), "command-lock-")), "stack.lock");

/** A process that takes the lock, says so, and holds it until it is killed. */
async function holder(file: string) {
  const script = `
    const { acquireCommandLock } = await import(${JSON.stringify(join(import.meta.dirname, "command-lock.ts"))});
    await acquireCommandLock({ file: ${JSON.stringify(file)}, command: "up", onWait() { throw new Error("held"); } });
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

describe("acquireCommandLock", () => {
  it("lets one process in and tells the other who holds it", async () => {
    const file = lockFile();
    const child = await holder(file);
    expect(commandLockOwner(file)).toMatchObject({ pid: child.pid, command: "up" });
    const refused = acquireCommandLock({
      file,
      command: "start",
      onWait: (owner) => {
        throw new Error(`held by ${owner?.pid}`);
      },
    });
    await expect(refused).rejects.toThrow(`held by ${child.pid}`);
    child.kill("SIGKILL");
    await once(child, "exit");
  });

  it("is free again the moment its process is killed", async () => {
    const file = lockFile();
    const child = await holder(file);
    let waited = 0;
    const waiting = acquireCommandLock({ file, command: "start", onWait: () => void waited++ });
    child.kill("SIGKILL");
    await once(child, "exit");
    using _lock = await waiting;
    expect(waited).toBe(1);
    expect(commandLockOwner(file)).toMatchObject({ pid: process.pid, command: "start" });
  });

  it("is free again after it was disposed of", async () => {
    const file = lockFile();
    (await acquireCommandLock({ file, command: "up", onWait: () => undefined }))[Symbol.dispose]();
    expect(commandLockOwner(file)).toBeUndefined();
  });
});
