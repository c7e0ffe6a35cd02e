// Runs before anything is installed, on whichever Node a newcomer has: plain JavaScript for Node 18 and later, no dependencies.
//
//   node local/engine/bootstrap.mjs <script> [arguments…]
//
// installs the dependencies if they are not those of package-lock.json, then runs the script on the pinned Node.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies } from "./dependencies.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const oldestNode = 18;
const scriptNode = 24;

/** Path of the Node that package.json pins for this platform, or of the running one if that is new enough. */
export function pinnedNode() {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  for (const name of names) {
    const path = join(root, "node_modules", name, "bin", "node");
    if (existsSync(path)) return path;
  }
  if (runningMajor() >= scriptNode) return process.execPath;
  throw new Error(
    `There is no Node ${scriptNode}: the packages ${names.join(" and ")} are not installed, and the running Node is ${process.version}.\n` +
      `Expected: Linux or macOS on x64 or arm64, or a Node of at least ${scriptNode} on PATH. Remedy: install Node ${scriptNode} and run the same command again.`,
  );
}

/** Installs what is missing, then becomes `script` on the pinned Node: same streams, signals passed on, same exit code. */
export async function bootstrap(script, args) {
  if (runningMajor() < oldestNode) {
    throw new Error(
      `Node ${process.version} is too old. Expected: Node ${oldestNode} or later. Remedy: install Node ${scriptNode}.`,
    );
  }
  await ensureDependencies(root);
  const node = pinnedNode();
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", resolve(root, script), ...args], {
    stdio: "inherit",
    env: {
      NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "chittyops-compiled"),
      ...process.env,
      PATH: `${dirname(node)}:${process.env.PATH ?? ""}`,
    },
  });
  passSignalsOn(child);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (code, signal) => {
      if (!signal) return done(code ?? 1);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}

function passSignalsOn(child) {
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // A terminal sends Ctrl-C to the whole group: the child has it already, and a second one would mean "force".
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => {
    if (!terminal) child.kill("SIGINT");
  });
}

function runningMajor() {
  return Number(process.versions.node.split(".")[0]);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [script, ...args] = process.argv.slice(2);
  if (!script) {
    console.error("Usage: node local/engine/bootstrap.mjs <script> [arguments…]");
    process.exit(2);
  }
  bootstrap(script, args).then(
    (code) => process.exit(code),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}
