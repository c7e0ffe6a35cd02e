import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { complianceReference } from "./compliance-reference.ts";

it("docs/compliance.md says what the rules say; `npm run docs` renews it", () => {
  expect(readFileSync(join(import.meta.dirname, "compliance.md"), "utf8")).toBe(complianceReference());
});
