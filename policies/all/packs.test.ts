import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packs } from "./packs.ts";

const policies = join(import.meta.dirname, "..");

it("are all the packs there are, and no two rules have one id", () => {
  const found = globSync("*/pack.ts", { cwd: policies }).map((file) => file.split("/")[0]);
  expect(packs.map(({ name }) => name).sort()).toEqual(found.sort());
  const ids = packs.flatMap(({ rules }) => rules.map(({ id }) => id));
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});
