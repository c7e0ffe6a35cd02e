import { describe, expect, it } from "vitest";
import { deriveShapes } from "./generate.ts";
import shapes from "./shapes.json" with { type: "json" };

describe("shapes.json", () => {
  it("is what the installed @pulumi/cloudflare declares (node providers/cloudflare/schema/generate.ts)", () => {
    expect(deriveShapes().shapes).toEqual(shapes);
  }, 60_000);
});
