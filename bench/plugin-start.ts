import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "../local/engine/home.ts";
import { type Benchmark, median } from "./report.ts";

const rounds = 9;

/** From the start of a plugin's process to the line with its port, which is when the engine may call it. */
export const pluginStart: Benchmark = {
  name: "plugin-start",
  run: async () => {
    const rows = [];
    for (const name of ["cloudflare", "command", "neon", "random"]) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) times.push(await timeToPort(name));
      const took = Math.round(median(times));
      rows.push({ what: `plugin \`${name}\``, value: `${took} ms`, aim: "under 300 ms", met: took < 300 });
    }
    return {
      title: "Start of the plugins",
      how: `From the start of the process to its port on standard output, median of ${rounds}.`,
      rows,
    };
  },
};

async function timeToPort(name: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(repositoryRoot, "providers", "dist", `${name}.mjs`), "127.0.0.1:1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: child.stdout }), "line");
  const took = performance.now() - started;
  child.kill();
  await once(child, "exit");
  return took;
}
