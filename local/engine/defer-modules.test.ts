import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const hooks = join(import.meta.dirname, "defer-modules.ts");

function run(program: string): string {
  return execFileSync(process.execPath, ["--import", hooks, "--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
}

const loaded = `Object.keys(require.cache).filter((file) => /node_modules.(typescript|@npmcli.arborist.lib.arborist|normalize-package-data.lib.fixer)./.test(file)).length`;
const prelude = `import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(import.meta.url)}); const pulumi = require("@pulumi/pulumi");`;

it("loads the SDK without what it needs for functions only", () => {
  expect(run(`${prelude} console.log(${loaded})`)).toBe("0\n");
});

it("still turns a function into text", () => {
  const text = run(
    `${prelude} const by = 2; const { text } = await pulumi.runtime.serializeFunction((x) => x * by); console.log(${loaded} > 0, text)`,
  );
  expect(text).toMatch(/^true /);
  expect(text).toMatch(/by: 2/);
  expect(text).toMatch(/return \(\(x\) => x \* by\)|=> x \* by/);
});
