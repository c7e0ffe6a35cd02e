import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagesIn } from "../../contracts/bundle-packages.ts";
import { type Artifact, bundle } from "./bundle.ts";
import { temporaryFolder } from "./testing/fakes.ts";

const worker: Artifact = { entry: "runtime/hello/index.ts", output: "runtime/dist/hello.mjs", target: "workerd" };

function repository(
  index = 'import { greeting } from "./greeting.ts";\nexport default { fetch: () => new Response(greeting) };',
): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "runtime", "hello"), { recursive: true });
  writeFileSync(join(root, "package-lock.json"), "{}");
  writeFileSync(join(root, "runtime/hello/index.ts"), index);
  writeFileSync(join(root, "runtime/hello/greeting.ts"), 'export const greeting: string = "hello";');
  return root;
}

const output = (root: string) => readFileSync(join(root, worker.output), "utf8");

describe("bundle", () => {
  it("puts a Worker into one module, with its sha256 beside it", async () => {
    const root = repository(
      'import { DurableObject } from "cloudflare:workers";\nimport { text } from "node:stream/consumers";\nexport class Thing extends DurableObject {}\nexport { text };',
    );
    expect(await bundle(root, worker)).toEqual({ output: worker.output, built: true });
    expect(output(root)).toContain('from "cloudflare:workers"');
    expect(output(root)).toContain('from "node:stream/consumers"');
    expect(readFileSync(join(root, `${worker.output}.sha256`), "utf8").trim()).toBe(
      createHash("sha256").update(output(root)).digest("hex"),
    );
  });

  it("says in its last line which versions of which packages are in it, those inside of others too", async () => {
    const root = repository(
      'import outer from "outer";\nimport { x } from "@scope/inner";\nexport default { outer, x };',
    );
    const add = (folder: string, name: string, version: string, code: string) => {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(
        join(root, folder, "package.json"),
        JSON.stringify({ name, version, type: "module", main: "index.js" }),
      );
      writeFileSync(join(root, folder, "index.js"), code);
    };
    add("node_modules/outer", "outer", "1.2.3", 'import { x } from "@scope/inner"; export default x;');
    add("node_modules/outer/node_modules/@scope/inner", "@scope/inner", "1.0.0", "export const x = 1;");
    add("node_modules/@scope/inner", "@scope/inner", "2.0.0", "export const x = 2;");
    add("node_modules/unused", "unused", "9.9.9", "export default 9;");
    await bundle(root, worker);
    expect(packagesIn(output(root))).toEqual([
      { name: "@scope/inner", version: "1.0.0" },
      { name: "@scope/inner", version: "2.0.0" },
      { name: "outer", version: "1.2.3" },
    ]);
  });

  it("makes the same bytes from the same sources wherever they lie", async () => {
    const [one, two] = [repository(), repository()];
    await Promise.all([bundle(one, worker), bundle(two, worker)]);
    expect(output(one)).toBe(output(two));
  });

  it("runs a Node program with CommonJS inside", async () => {
    const root = repository();
    mkdirSync(join(root, "components/gate"), { recursive: true });
    writeFileSync(join(root, "components/gate/old.cjs"), 'module.exports = require("path").sep;');
    writeFileSync(
      join(root, "components/gate/main.ts"),
      'import sep from "./old.cjs";\nexport const found: string = sep;',
    );
    const gate: Artifact = { entry: "components/gate/main.ts", output: "components/dist/gate.mjs", target: "node" };
    await bundle(root, gate);
    expect(await import(join(root, gate.output))).toMatchObject({ found: "/" });
  });

  it.each<[string, boolean, (root: string) => void]>([
    ["nothing has changed", false, () => undefined],
    [
      "a file it imports has changed",
      true,
      (root) => writeFileSync(join(root, "runtime/hello/greeting.ts"), "export const greeting = 1;"),
    ],
    ["the bundle was changed", true, (root) => writeFileSync(join(root, worker.output), "// not this")],
    ["the sha256 is missing", true, (root) => rmSync(join(root, `${worker.output}.sha256`))],
    ["the dependencies have changed", true, (root) => writeFileSync(join(root, "package-lock.json"), '{"new":1}')],
  ])("when %s, builds again: %s", async (_, built, change) => {
    const root = repository();
    await bundle(root, worker);
    change(root);
    expect((await bundle(root, worker)).built).toBe(built);
  });

  it("says in which file and line a source does not compile, and keeps the old bundle", async () => {
    const root = repository();
    await bundle(root, worker);
    const before = output(root);
    writeFileSync(join(root, "runtime/hello/greeting.ts"), "export const = 1;");
    await expect(bundle(root, worker)).rejects.toThrow(/runtime\/hello\/greeting\.ts:1:13/);
    expect(output(root)).toBe(before);
  });
});
