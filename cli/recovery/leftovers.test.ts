import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { endProcessesOfRun, processesOfRun } from "./leftovers.ts";
import { runMarker } from "./run-record.ts";

async function marked(id: string, script: string) {
  const child = spawn(process.execPath, ["-e", `${script}; console.log("up"); setInterval(() => {}, 1000)`], {
    env: { ...process.env, [runMarker]: id },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

describe("processes of a run", () => {
  it("are found by their mark, and no others", async () => {
    const child = await marked("run-a", "");
    expect(processesOfRun("run-a")).toEqual([child.pid]);
    expect(processesOfRun("run-b")).toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(processesOfRun("run-a")).toEqual([]);
  });

  it("end when asked, and are killed when they do not listen", async () => {
    const polite = await marked("run-c", "");
    const stubborn = await marked("run-c", 'process.on("SIGINT", () => {})');
    const exits = Promise.all([once(polite, "exit"), once(stubborn, "exit")]);
    await endProcessesOfRun("run-c", 1_000);
    expect(await exits).toEqual([
      [null, "SIGINT"],
      [null, "SIGKILL"],
    ]);
  });
});
