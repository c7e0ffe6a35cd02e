import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ensureDependencies, isInstalled } from "./dependencies.mjs";
import { temporaryFolder } from "./testing/fakes.ts";

type Packages = Record<string, object>;

const lodash = { version: "1.0.0", integrity: "sha512-a" };
const foreign = { version: "1.0.0", integrity: "sha512-b", optional: true, os: ["plan9"] };
const packages: Packages = { "": {}, "node_modules/lodash": lodash, "node_modules/foreign": foreign };

function clone(locked: Packages = packages): string {
  const root = temporaryFolder();
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: locked }));
  return root;
}

/** What npm leaves: it empties node_modules, and writes its hidden lockfile last. */
function installed(root: string, found: Packages = { "node_modules/lodash": lodash }): void {
  rmSync(join(root, "node_modules"), { recursive: true, force: true });
  mkdirSync(join(root, "node_modules"));
  writeFileSync(join(root, "node_modules", ".package-lock.json"), JSON.stringify({ packages: found }));
}

const install = () => vi.fn(async (root: string) => installed(root));

describe("ensureDependencies", () => {
  it("installs into a bare clone, once", async () => {
    const root = clone();
    const npm = install();
    await ensureDependencies(root, npm);
    await ensureDependencies(root, npm);
    expect(npm).toHaveBeenCalledTimes(1);
    expect(existsSync(join(root, ".chittyops", "install.lock"))).toBe(false);
  });

  it("installs again when package-lock.json has changed", async () => {
    const root = clone();
    const npm = install();
    await ensureDependencies(root, npm);
    writeFileSync(
      join(root, "package-lock.json"),
      JSON.stringify({ packages: { "node_modules/lodash": { version: "2.0.0" } } }),
    );
    await ensureDependencies(root, npm);
    expect(npm).toHaveBeenCalledTimes(2);
  });

  it("repeats an installation that was interrupted", async () => {
    const root = clone();
    await ensureDependencies(root, install());
    writeFileSync(
      join(root, "package-lock.json"),
      JSON.stringify({ packages: { ...packages, "node_modules/new": lodash } }),
    );
    const interrupted = async () => {
      installed(root, {});
      throw new Error("killed");
    };
    await expect(ensureDependencies(root, interrupted)).rejects.toThrow("killed");
    expect(isInstalled(root)).toBe(false);
    await ensureDependencies(root, install());
    expect(existsSync(join(root, "node_modules", ".chittyops-installed"))).toBe(true);
  });

  it("installs once for two callers at the same time", async () => {
    const root = clone();
    const npm = install();
    await Promise.all([ensureDependencies(root, npm), ensureDependencies(root, npm)]);
    expect(npm).toHaveBeenCalledTimes(1);
  });

  it("takes over from a process that died, but waits for the npm that outlived it", async () => {
    const root = clone();
    const orphan = spawn("sleep", ["600"]);
    const dead = spawn("true");
    await new Promise((done) => dead.on("exit", done));
    mkdirSync(join(root, ".chittyops"));
    const lock = join(root, ".chittyops", "install.lock");
    writeFileSync(lock, JSON.stringify({ pids: [dead.pid, orphan.pid] }));

    const npm = install();
    const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const waiting = ensureDependencies(root, npm);
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith(expect.stringContaining("waiting for it")));
    expect(npm).not.toHaveBeenCalled();
    orphan.kill();
    await waiting;
    expect(npm).toHaveBeenCalledTimes(1);
  });
});

describe("isInstalled", () => {
  it("accepts what somebody's own npm install made, without other platforms' packages", () => {
    const root = clone();
    installed(root);
    expect(isInstalled(root)).toBe(true);
    expect(readFileSync(join(root, "node_modules", ".chittyops-installed"), "utf8")).toContain(process.arch);
  });

  it.each<[string, Packages]>([
    ["a package is missing", {}],
    ["a package has another version", { "node_modules/lodash": { ...lodash, version: "0.9.0" } }],
    ["a package has other contents", { "node_modules/lodash": { ...lodash, integrity: "sha512-x" } }],
    ["a package should not be there", { "node_modules/lodash": lodash, "node_modules/more": lodash }],
    ["it was installed on another platform", { "node_modules/lodash": lodash, "node_modules/foreign": foreign }],
  ])("is false when %s", (_, found) => {
    const root = clone();
    installed(root, found);
    expect(isInstalled(root)).toBe(false);
  });
});
