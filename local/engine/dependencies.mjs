// Plain JavaScript for Node 18 and later, no dependencies: it is what installs them.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withInstallLock } from "./install-lock.mjs";

/** Runs `npm ci` in `root` unless node_modules already is what package-lock.json says. Two at once install once. */
export async function ensureDependencies(root, install = npmCi) {
  if (isInstalled(root)) return;
  mkdirSync(join(root, ".chittyops"), { recursive: true });
  await withInstallLock(join(root, ".chittyops", "install.lock"), async (owns) => {
    if (isInstalled(root)) return;
    await install(root, owns);
    writeFileSync(stampPath(root), expectedStamp(root));
  });
}

/** Whether node_modules holds what package-lock.json says, installed to the end, for this platform. */
export function isInstalled(root) {
  const stamp = stampPath(root);
  const expected = expectedStamp(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === expected) return true;
  if (!matchesHiddenLockfile(root)) return false;
  writeFileSync(stamp, expected);
  return true;
}

/** `npm ci` empties node_modules first, so a stamp never survives an installation that did not finish. */
function stampPath(root) {
  return join(root, "node_modules", ".chittyops-installed");
}

function expectedStamp(root) {
  const lock = readFileSync(join(root, "package-lock.json"));
  return `${createHash("sha256").update(lock).digest("hex")} ${process.platform}-${process.arch}\n`;
}

/**
 * Whether somebody's own `npm install` left just what package-lock.json asks for: npm writes node_modules/.package-lock.json last.
 * Optional packages may be missing (other platforms'), but none may be for another platform (a folder copied between machines).
 */
function matchesHiddenLockfile(root) {
  const hidden = readPackages(join(root, "node_modules", ".package-lock.json"));
  const locked = readPackages(join(root, "package-lock.json"));
  if (!hidden || !locked) return false;
  for (const [path, wanted] of Object.entries(locked)) {
    if (path === "" || !path.startsWith("node_modules/")) continue;
    const found = hidden[path];
    if (!found && !wanted.optional && !wanted.devOptional) return false;
    if (found && (found.version !== wanted.version || found.integrity !== wanted.integrity)) return false;
  }
  return Object.entries(hidden).every(([path, { os, cpu }]) => {
    const foreign = (os && !os.includes(process.platform)) || (cpu && !cpu.includes(process.arch));
    return !foreign && (!path.startsWith("node_modules/") || path in locked);
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Without install scripts: nothing here needs one, and npm 11 would not run them where npm 10 does. */
async function npmCi(root, owns) {
  const started = Date.now();
  console.error("Installing dependencies (npm ci) …");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const child = spawn("npm", args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (child.pid) owns(child.pid);
  await new Promise((done, failed) => {
    child.on("error", (error) =>
      failed(
        new Error(
          `npm could not be started (${error.message}). Remedy: install Node with npm, then run the same command again.`,
        ),
      ),
    );
    child.on("exit", (code, signal) => {
      if (code === 0) return done();
      failed(
        new Error(
          `npm ci failed (${signal ?? `exit code ${code}`}); its own message is above. Expected: the packages of package-lock.json from the registry.\n` +
            "Remedy: check the network and `npm config get registry`, then run the same command again.",
        ),
      );
    });
  });
  console.error(`Dependencies installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
