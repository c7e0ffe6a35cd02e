import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogReference } from "./catalog-reference.ts";

it("docs/catalog.md says what the catalog says; `npm run docs` renews it", () => {
  expect(readFileSync(join(import.meta.dirname, "catalog.md"), "utf8")).toBe(catalogReference());
});
