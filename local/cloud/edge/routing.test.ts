import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DesiredState } from "../types.ts";
import { createRouting } from "./routing.ts";

const zone = { zoneId: "z", zoneName: "example.com" };

function stateOf(patterns: Record<string, string | undefined>, more: Partial<DesiredState> = {}): DesiredState {
  const routes = Object.entries(patterns).map(([pattern, scriptKey]) => ({
    ...zone,
    pattern,
    ...(scriptKey === undefined ? {} : { scriptKey }),
  }));
  return { scripts: [], routes, domains: [], queues: [], buckets: [], ...more };
}

describe("routing", () => {
  it.each([
    ["example.com", "/", "exact apex"],
    ["www.example.com", "/anything", "any subdomain"],
    ["api.example.com", "/", "host before wildcard"],
    ["api.example.com", "/v1/users", "longer path"],
    ["api.example.com", "/v1/users/7", "exact path"],
    ["deep.api.example.com", "/", "longer wildcard"],
    ["notexample.com", "/", undefined],
  ])("sends %s%s to %s", (host, path, expected) => {
    const routing = createRouting(
      stateOf({
        "example.com/": "exact apex",
        "*.example.com/*": "any subdomain",
        "*.api.example.com/*": "longer wildcard",
        "api.example.com/*": "host before wildcard",
        "https://api.example.com/v1/*": "longer path",
        "api.example.com/v1/users/7": "exact path",
      }),
    );
    const match = routing(host, path);
    expect(match && "scriptKey" in match ? match.scriptKey : undefined).toBe(expected);
  });

  it("matches the apex too when the wildcard has no dot", () => {
    const routing = createRouting(stateOf({ "*example.com/*": "all" }));
    expect(routing("example.com", "/")).toEqual({ scriptKey: "all" });
    expect(routing("a.example.com", "/")).toEqual({ scriptKey: "all" });
  });

  it("lets a route without a script switch Workers off, and a more specific one on again", () => {
    const routing = createRouting(
      stateOf({ "example.com/*": "on", "example.com/static/*": undefined, "example.com/static/live": "live" }),
    );
    expect(routing("example.com", "/a")).toEqual({ scriptKey: "on" });
    expect(routing("example.com", "/static/a.css")).toEqual({ off: true });
    expect(routing("example.com", "/static/live")).toEqual({ scriptKey: "live" });
  });

  it("falls back to custom domains, then to subdomain hosts, then names the zone", () => {
    const script = {
      key: "s",
      accountId: "a",
      scriptName: "s",
      versions: [],
      crons: [],
      subdomainHosts: ["s.acc.workers.dev"],
    };
    const routing = createRouting(
      stateOf(
        { "app.example.com/api/*": "api" },
        { domains: [{ hostname: "app.example.com", scriptKey: "app" }], scripts: [script] },
      ),
    );
    expect(routing("app.example.com", "/api/x")).toEqual({ scriptKey: "api" });
    expect(routing("app.example.com", "/")).toEqual({ scriptKey: "app" });
    expect(routing("s.acc.workers.dev", "/")).toEqual({ scriptKey: "s" });
    expect(routing("none.example.com", "/")).toEqual({ zone: "example.com" });
    expect(routing("elsewhere.org", "/")).toBeUndefined();
  });

  it("agrees with an oracle that compares every pattern with every other", () => {
    const label = fc.constantFrom("a", "b", "api");
    const host = fc
      .tuple(fc.constantFrom("", "*", "*."), fc.array(label, { maxLength: 2 }))
      .map(([star, labels]) => `${star}${[...labels, "example.com"].join(".")}`);
    const path = fc
      .tuple(fc.array(label, { maxLength: 2 }), fc.boolean())
      .map(([labels, star]) => `/${labels.join("/")}${star ? "*" : ""}`);
    const patterns = fc.uniqueArray(
      fc.tuple(host, path).map((parts) => parts.join("")),
      { maxLength: 8 },
    );
    const request = fc.record({
      host: fc.array(label, { maxLength: 3 }).map((labels) => [...labels, "example.com"].join(".")),
      path: fc.array(label, { maxLength: 3 }).map((labels) => `/${labels.join("/")}`),
    });
    fc.assert(
      fc.property(patterns, request, (all, wanted) => {
        const routing = createRouting(stateOf(Object.fromEntries(all.map((pattern) => [pattern, pattern]))));
        const match = routing(wanted.host, wanted.path);
        expect(match && "scriptKey" in match ? match.scriptKey : undefined).toBe(oracle(all, wanted.host, wanted.path));
      }),
      { numRuns: 500 },
    );
  });
});

/** The pattern that matches and that no other matching pattern beats. */
function oracle(patterns: string[], host: string, path: string): string | undefined {
  const matching = patterns.filter((pattern) => {
    const [wantedHost = "", ...rest] = pattern.split("/");
    const toExpression = (text: string): string =>
      text
        .split("*")
        .map((part) => part.replaceAll(".", "\\."))
        .join(".*");
    return (
      new RegExp(`^${toExpression(wantedHost)}$`).test(host) &&
      new RegExp(`^${toExpression(`/${rest.join("/")}`)}$`).test(path)
    );
  });
  const beats = (a: string, b: string): boolean => {
    const [hostA = "", hostB = ""] = [a.split("/")[0], b.split("/")[0]];
    if (hostA.startsWith("*") !== hostB.startsWith("*")) return hostB.startsWith("*");
    const [lengthA, lengthB] = [hostA.replace("*", "").length, hostB.replace("*", "").length];
    if (lengthA !== lengthB) return lengthA > lengthB;
    const [pathA, pathB] = [a.slice(hostA.length), b.slice(hostB.length)];
    if (pathA.endsWith("*") !== pathB.endsWith("*")) return pathB.endsWith("*");
    return pathA.length > pathB.length;
  };
  return matching.find((one) => matching.every((other) => other === one || beats(one, other)));
}
