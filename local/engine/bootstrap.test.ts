import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { executablesOnPath } from "./executable.ts";
import { script, temporaryFolder } from "./testing/fakes.ts";

/** The oldest Node this machine has to offer: the bootstrap must do with that. */
const anyNode = executablesOnPath("node", process.env.PATH ?? "")
  .map((path) => ({ path, major: Number(execFileSync(path, ["-p", "process.versions.node.split('.')[0]"])) }))
  .filter(({ major }) => major >= 18)
  .reduce((oldest, next) => (next.major < oldest.major ? next : oldest)).path;

/** A clone with a bootstrap, one script, and an npm that "installs" the Node that runs this test. */
function clone(program: string, npm = ""): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "local", "engine"), { recursive: true });
  for (const file of ["bootstrap.mjs", "dependencies.mjs", "install-lock.mjs"]) {
    cpSync(join(import.meta.dirname, file), join(root, "local", "engine", file));
  }
  writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: {} }));
  writeFileSync(join(root, "program.ts"), program);
  const pinned = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
  script(
    join(root, "bin"),
    "npm",
    npm || `echo "npm $*" >> ${root}/npm.log; mkdir -p ${pinned}; ln -s ${process.execPath} ${pinned}/node`,
  );
  return root;
}

function start(root: string, ...args: string[]): ChildProcess {
  return spawn(anyNode, [join(root, "local", "engine", "bootstrap.mjs"), "program.ts", ...args], {
    env: { ...process.env, PATH: `${join(root, "bin")}:/usr/bin:/bin` },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

async function end(
  child: ChildProcess,
): Promise<{ code: number | null; signal: string | null; out: string; err: string }> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    err += bytes;
  });
  return new Promise((done) => child.on("close", (code, signal) => done({ code, signal, out, err })));
}

describe("bootstrap", () => {
  it("installs what is missing, and runs the script on the pinned Node with its arguments, streams and exit code", async () => {
    const root = clone(`
      import { text } from "node:stream/consumers";
      const input: string = await text(process.stdin);
      console.log(process.execPath, process.argv.slice(2).join("+"), input, process.env.PATH?.split(":")[0]);
      process.exit(7);`);
    const child = start(root, "one", "--two");
    child.stdin?.end("from stdin");
    const { code, out, err } = await end(child);
    const node = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
    expect(out).toContain(`one+--two from stdin ${dirname(node)}`);
    expect(err).toMatch(/Installing dependencies .*\n.*Dependencies installed in/s);
    expect(code).toBe(7);
    expect(readFileSync(join(root, "npm.log"), "utf8")).toMatch(/^npm ci --ignore-scripts/);

    const again = start(root);
    again.stdin?.end();
    const second = await end(again);
    expect(second.err).toBe("");
    expect(readFileSync(join(root, "npm.log"), "utf8").split("\n")).toHaveLength(2);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("passes %s on to the script and waits for it", async (signal) => {
    const root = clone(`
      import { writeFileSync } from "node:fs";
      process.on("${signal}", () => { console.log("tidied up"); process.exit(9); });
      setInterval(() => {}, 1000);
      writeFileSync("ready", "");`);
    const child = spawn(anyNode, [join(root, "local", "engine", "bootstrap.mjs"), "program.ts"], {
      cwd: root,
      env: { ...process.env, PATH: `${join(root, "bin")}:/usr/bin:/bin` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = end(child);
    await vi.waitFor(() => expect(existsSync(join(root, "ready"))).toBe(true), { timeout: 60_000 });
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 9, out: "tidied up\n" });
  });

  it("ends by the signal that ended the script", async () => {
    const root = clone(`process.kill(process.pid, "SIGKILL");`);
    const { code, signal } = await end(start(root));
    expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("says in one message that npm failed and what to do, and runs nothing", async () => {
    const root = clone("console.log('ran');", "echo 'npm error 404' >&2; exit 1");
    const { code, out, err } = await end(start(root));
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain("npm error 404");
    expect(err).toContain("npm ci failed (exit code 1)");
    expect(err).toContain("Remedy:");
    expect(err).not.toContain("    at ");
  });

  it("runs on the Node that is there when none is pinned for this platform, if that is new enough", async () => {
    const root = clone("console.log(process.execPath);", "exit 0");
    mkdirSync(join(root, "node_modules"));
    const child = spawn(process.execPath, [join(root, "local", "engine", "bootstrap.mjs"), "program.ts"], {
      env: { ...process.env, PATH: `${join(root, "bin")}:/usr/bin:/bin` },
    });
    expect((await end(child)).out.trim()).toBe(process.execPath);
  });
});
