import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAtLeast, parseVersion } from "./version.ts";

const triple = fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999));

describe("versions", () => {
  it.each([
    ["v3.259.0", [3, 259, 0]],
    ["3.259.0-alpha.1+abc", [3, 259, 0]],
    ["3.259", undefined],
    ["", undefined],
    ["version 3.1.2", undefined],
  ])("reads %j as %j", (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });

  it("compares as numbers, part by part", () => {
    fc.assert(
      fc.property(triple, triple, (a, b) => {
        const weight = ([major, minor, patch]: number[]) => Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
        expect(isAtLeast(a.join("."), b.join("."))).toBe(weight(a) >= weight(b));
      }),
    );
  });

  it("takes nothing that is no version for late enough", () => {
    expect(isAtLeast("unknown", "0.0.1")).toBe(false);
  });
});
