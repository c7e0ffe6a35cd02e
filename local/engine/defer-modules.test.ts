import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";

const hooks = join(import.meta.dirname, "defer-modules.ts");

function run(program: string): string {
  return execFileSync(process.execPath, ["--import", hooks, "--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
}

const loaded = `Object.keys(require.cache).filter((file) => /node_modules.(typescript|@npmcli.arborist.lib.arborist|normalize-package-data.lib.fixer|@opentelemetry.sdk-trace-node|source-map.lib)./.test(file)).length`;
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

it("runs a program without source maps and tracing, which it has when it wants it", () => {
  const entry = JSON.stringify(createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run"));
  const started = `${prelude} require("source-map-support/register"); const tracing = require(${entry}.replace("index.js", "tracing.js"));`;
  expect(run(`${started} tracing.newSpan("one").end(); console.log(${loaded})`)).toBe("0\n");
  expect(run(`${started} tracing.start("http://127.0.0.1:9/"); console.log(${loaded} > 0)`)).toBe("true\n");
});
