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
  const child = spawn(process.execPath, [bundle(name), "127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, port: Number(line) };
}

describe.each(["cloudflare", "command", "neon", "random"])("the %s plugin", (name) => {
  it("prints its port first, and answers there", async () => {
    const { child, port } = await start(name);
    const client = pluginClient(port);
    const info = await call(client, client.getPluginInfo, new empty.Empty());
    expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    client.close();
    child.kill();
    await once(child, "exit");
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
