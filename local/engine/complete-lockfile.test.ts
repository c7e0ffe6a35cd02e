import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingPackages } from "./complete-lockfile.ts";
import { repositoryRoot } from "./home.ts";

describe("missingPackages", () => {
  it("finds the platforms that a registry held back, and reads from their names what they are for", () => {
    const optionalDependencies = {
      "@a/tool-linux-x64": "1.0.0",
      "@a/tool-linux-x64-musl": "1.0.0",
      "@a/tool-darwin-arm64": "1.0.0",
      "@a/tool-windows-64": "1.0.0",
      "optional-peer": "^2.0.0",
    };
    const packages = {
      "": {},
      "node_modules/tool": { version: "1.0.0", dev: true, optionalDependencies },
      "node_modules/@a/tool-linux-x64": { version: "1.0.0" },
    };
    expect(missingPackages(packages)).toEqual([
      {
        path: "node_modules/@a/tool-linux-x64-musl",
        entry: { version: "1.0.0", dev: true, optional: true, os: ["linux"], cpu: ["x64"], libc: ["musl"] },
      },
      {
        path: "node_modules/@a/tool-darwin-arm64",
        entry: { version: "1.0.0", dev: true, optional: true, os: ["darwin"], cpu: ["arm64"] },
      },
      {
        path: "node_modules/@a/tool-windows-64",
        entry: { version: "1.0.0", dev: true, optional: true, os: ["win32"], cpu: ["x64"] },
      },
    ]);
  });

  it("finds none in this repository's lockfile (else: node local/engine/complete-lockfile.ts)", () => {
    const { packages } = JSON.parse(readFileSync(join(repositoryRoot, "package-lock.json"), "utf8"));
    expect(missingPackages(packages)).toEqual([]);
  });
});
