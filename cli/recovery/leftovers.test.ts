import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { endProcessesOfRun, processesOfRun } from "./leftovers.ts";
import { runMarker } from "./run-record.ts";

async function marked(id: string, script: string, executable = process.execPath) {
  const child = spawn(executable, ["-e", `${script}; console.log("up"); setInterval(() => {}, 1000)`], {
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

  it("end: the engine is asked and may finish, the others are killed after it", async () => {
    // A copy of Node under the engine's name, since that is how the engine is told from its plugins.
    const folder = mkdtempSync(join(tmpdir(), "engine-"));
    const engineFile = join(folder, "pulumi");
    copyFileSync(process.execPath, engineFile, constants.COPYFILE_FICLONE);
    const finishes = 'process.on("SIGINT", () => setTimeout(() => process.exit(7), 300))';
    const engine = await marked("run-c", finishes, engineFile);
    const plugin = await marked("run-c", 'process.on("SIGINT", () => {})');
    const exits = Promise.all([once(engine, "exit"), once(plugin, "exit")]);
    await endProcessesOfRun("run-c", 20_000);
    expect(await exits).toEqual([
      [7, null],
      [null, "SIGKILL"],
    ]);
    rmSync(folder, { recursive: true });
  });

  it("end also when the engine does not listen", async () => {
    const folder = mkdtempSync(join(tmpdir(), "engine-"));
    copyFileSync(process.execPath, join(folder, "pulumi"), constants.COPYFILE_FICLONE);
    const engine = await marked("run-d", 'process.on("SIGINT", () => {})', join(folder, "pulumi"));
    const exit = once(engine, "exit");
    await endProcessesOfRun("run-d", 200);
    expect(await exit).toEqual([null, "SIGKILL"]);
    rmSync(folder, { recursive: true });
  });
});
