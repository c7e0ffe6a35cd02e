import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { describe, expect, it, vi } from "vitest";
import { repositoryRoot } from "../local/engine/home.ts";
import { call, pluginClient } from "./testing/plugin-client.ts";

const bundle = (name: string) => `${repositoryRoot}/providers/dist/${name}.mjs`;

/** Starts a bundled plugin and waits for its port. */
async function start(name: string) {
  const started = performance.now();
  const child = spawn(process.execPath, [bundle(name), "127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, port: Number(line), took: performance.now() - started };
}

/** Milliseconds that a Node which does nothing takes from start to exit. */
async function bareNode(): Promise<number> {
  const started = performance.now();
  await once(spawn(process.execPath, ["-e", "0"]), "exit");
  return performance.now() - started;
}

/** 300 ms on a machine that starts a bare Node in 40 ms: the ratio holds on a busy one too. */
const mostTimesBareNode = 300 / 40;

describe.each(["cloudflare", "command", "random"])("the %s plugin", (name) => {
  it("prints its port first, in less than 300 ms, and answers there", async () => {
    const bare: number[] = [];
    const plugin: number[] = [];
    // The fastest of a few: the others measure the machine.
    for (let attempt = 0; attempt < 5; attempt++) {
      bare.push(await bareNode());
      const { child, port, took } = await start(name);
      plugin.push(took);
      const client = pluginClient(port);
      const info = await call(client, client.getPluginInfo, new empty.Empty());
      expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
      client.close();
      child.kill();
      await once(child, "exit");
    }
    expect(Math.min(...plugin) / Math.min(...bare)).toBeLessThan(mostTimesBareNode);
  });

  it("ends with the process that started it, even when that is killed", async () => {
    const parent = spawn(process.execPath, [
      "-e",
      `const child = require("node:child_process").spawn(process.execPath, [${JSON.stringify(bundle(name))}]);
       child.stdout.once("data", () => console.log(child.pid));
       setInterval(() => {}, 1000);`,
    ]);
    const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    const pid = Number(line);
    expect(() => process.kill(pid, 0)).not.toThrow();
    parent.kill("SIGKILL");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 20_000);
  });
});
