import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentNames } from "./environments.ts";
import { kebabCase, physicalName } from "./physical-name.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,20}(-[a-z0-9]{1,19}){0,2}$/).filter((name) => name.length <= 40);

describe("physicalName", () => {
  it("has no suffix in prod and the environment's elsewhere", () => {
    expect(physicalName("chittyfinance", undefined, "prod")).toBe("chittyfinance");
    expect(physicalName("chittyfinance", "cache", "prod")).toBe("chittyfinance-cache");
    expect(physicalName("chittyfinance", "cache", "dev")).toBe("chittyfinance-cache-dev");
    expect(physicalName("chittyfinance", undefined, "local")).toBe("chittyfinance-local");
  });

  it("fits what Cloudflare accepts, and is the same each time", () => {
    fc.assert(
      fc.property(
        word,
        fc.option(word, { nil: undefined }),
        fc.constantFrom(...environmentNames),
        (service, part, environment) => {
          const name = physicalName(service, part, environment);
          expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
          expect(physicalName(service, part, environment)).toBe(name);
        },
      ),
    );
  });

  it("keeps long names apart by their hash", () => {
    const long = "a".repeat(40);
    expect(physicalName(long, `${"b".repeat(38)}-c`, "local")).not.toBe(
      physicalName(long, `${"b".repeat(38)}-d`, "local"),
    );
    expect(physicalName(long, long, "local")).toMatch(/-[0-9a-f]{8}-local$/);
  });
});

describe("kebabCase", () => {
  it.each([
    ["SESSION_CACHE", "session-cache"],
    ["sessionCache", "session-cache"],
    ["DB", "db"],
    ["_KV_2_", "kv-2"],
  ])("makes %s %s", (name, expected) => expect(kebabCase(name)).toBe(expected));
});
