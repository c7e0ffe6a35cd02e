import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ensureBackend, type LocalBackend, localBackend, saltOfCheckpoint } from "./local-backend.ts";
import { writeProjectCopy } from "./project-copy.ts";
import type { StackTarget } from "./stack-target.ts";

let backend: LocalBackend;
let target: StackTarget;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "backend-"));
  const workDir = join(folder, "repository");
  mkdirSync(workDir);
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: chittyops\nmain: stacks/core\nruntime: nodejs\n");
  writeFileSync(join(workDir, "Pulumi.local.yaml"), "config:\n  chittyops:a: committed\n  chittyops:b: committed\n");
  target = { family: "chittyos", environment: "local", project: "chittyops", stack: "local", workDir };
  backend = localBackend(join(folder, "home"), target);
});

const generated = (name: string) => parse(readFileSync(join(backend.project.directory, name), "utf8"));

describe("ensureBackend", () => {
  it("makes a passphrase that only its owner can read, once", () => {
    ensureBackend(backend);
    const first = readFileSync(backend.passphraseFile, "utf8");
    ensureBackend(backend);
    expect(readFileSync(backend.passphraseFile, "utf8")).toBe(first);
    expect(first.length).toBeGreaterThan(40);
    expect(statSync(backend.passphraseFile).mode & 0o777).toBe(0o600);
  });

  it("says when the passphrase of a state is gone", () => {
    mkdirSync(dirname(backend.checkpointFile), { recursive: true });
    writeFileSync(backend.checkpointFile, "{}");
    expect(() => ensureBackend(backend)).toThrow("The passphrase of the local state is missing");
  });
});

describe("writeProjectCopy", () => {
  it("copies the project, and joins committed and given configuration", () => {
    writeProjectCopy(backend.project, target, {
      values: { "chittyops:b": "given" },
      salt: saltOfCheckpoint(backend.checkpointFile),
    });
    expect(generated("Pulumi.yaml")).toEqual({
      name: "chittyops",
      main: join(target.workDir, "stacks/core"),
      runtime: "nodejs",
    });
    expect(generated("Pulumi.local.yaml")).toEqual({ config: { "chittyops:a": "committed", "chittyops:b": "given" } });
  });

  it("leads to the plugins of the project from the folder of the copy", () => {
    const plugins = "plugins:\n  providers:\n    - { name: neon, path: providers/neon/bin }\n";
    writeFileSync(join(target.workDir, "Pulumi.yaml"), `name: chittyops\nruntime: nodejs\n${plugins}`);
    writeProjectCopy(backend.project, target);
    expect(generated("Pulumi.yaml").plugins).toEqual({
      providers: [{ name: "neon", path: join(target.workDir, "providers/neon/bin") }],
    });
  });

  it("keeps the salt that the engine wrote, and prefers the one of the state", () => {
    writeProjectCopy(backend.project, target, { values: {}, salt: saltOfCheckpoint(backend.checkpointFile) });
    writeFileSync(backend.project.configFile, "encryptionsalt: v1:engine\n");
    writeProjectCopy(backend.project, target, { values: {}, salt: saltOfCheckpoint(backend.checkpointFile) });
    expect(generated("Pulumi.local.yaml").encryptionsalt).toBe("v1:engine");
    const latest = { secrets_providers: { type: "passphrase", state: { salt: "v1:state" } } };
    mkdirSync(dirname(backend.checkpointFile), { recursive: true });
    writeFileSync(backend.checkpointFile, JSON.stringify({ version: 3, checkpoint: { latest } }));
    writeProjectCopy(backend.project, target, { values: {}, salt: saltOfCheckpoint(backend.checkpointFile) });
    expect(generated("Pulumi.local.yaml").encryptionsalt).toBe("v1:state");
  });

  it("leaves the committed files as they are", () => {
    const before = readFileSync(join(target.workDir, "Pulumi.local.yaml"), "utf8");
    writeProjectCopy(backend.project, target, {
      values: { "chittyops:b": "given" },
      salt: saltOfCheckpoint(backend.checkpointFile),
    });
    expect(readFileSync(join(target.workDir, "Pulumi.local.yaml"), "utf8")).toBe(before);
  });
});
