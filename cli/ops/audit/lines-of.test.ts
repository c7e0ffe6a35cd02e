import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { linesOf } from "./lines-of.ts";

const folder = mkdtempSync(join(tmpdir(), "chittyops-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ["one that ends with a line break", ["a", "b"].join("\n").concat("\n"), ["a", "b"]],
  ["one that does not", "a\nb", ["a", "b"]],
  ["an empty one", "", []],
  [
    "lines longer than what is read at once, with letters on the boundary",
    `${"ä".repeat(50_000)}\n${"é".repeat(90_001)}\n`,
    ["ä".repeat(50_000), "é".repeat(90_001)],
  ],
])("reads %s", (_, text, lines) => {
  const file = join(folder, "file");
  writeFileSync(file, text);
  expect([...linesOf(file)]).toEqual(lines);
});
