import { describe, expect, it } from "vitest";
import { explainFailures, type FailureNode } from "./explain-failures.ts";

const at = Date.parse("2026-11-26T12:00:00Z");
const hour = 3_600_000;

/** `needs`: names of services; of databases with a slash. */
function node(name: string, needs: string[], failingSince?: number, zone = "chitty.cc"): FailureNode {
  const dependencies = needs.map(
    (need) => ({ kind: need.includes("/") ? "database" : "service", name: need }) as const,
  );
  return { name, watched: true, dependencies, failingSince, zone };
}
const many = (count: number, prefix: string, needs: string[], failingSince?: number) =>
  Array.from({ length: count }, (_, index) => node(`${prefix}${index}`, needs, failingSince));
const causes = (nodes: FailureNode[]) => {
  const { causeOf } = explainFailures(nodes);
  return Object.fromEntries(nodes.flatMap(({ name }) => (causeOf(name) === undefined ? [] : [[name, causeOf(name)]])));
};

describe("failures that are one", () => {
  it("are those of all that need a dead database", () => {
    const nodes = [...many(12, "s", ["schema/core"], at), ...many(13, "other", ["id/own"])];
    const { inferred, causeOf } = explainFailures(nodes);
    expect(inferred).toMatchObject([{ kind: "database", name: "schema/core", since: at }]);
    expect(inferred[0]?.services).toHaveLength(12);
    expect(causeOf("s3")).toBe("database schema/core");
    expect(causeOf("other1")).toBeUndefined();
  });

  it("are those of a service and all that need it, along the chain", () => {
    const nodes = [
      node("id", [], at),
      node("auth", ["id"], at + 30_000),
      node("site", ["auth"], at),
      node("blog", ["auth"]),
    ];
    expect(causes(nodes)).toEqual({ auth: "service id", site: "service auth" });
  });

  it("leave one to be told of where services need each other in a circle", () => {
    const nodes = [node("a", ["b"], at + 1), node("b", ["c"], at), node("c", ["a"], at)];
    expect(causes(nodes)).toEqual({ a: "service b", c: "service b" });
    expect(causes([node("a", ["b"], at), node("b", ["a"])])).toEqual({});
  });

  it("are those of everything below a domain when nearly all of it fails", () => {
    const nodes = [...many(5, "a", ["x/one"], at), ...many(15, "b", [], at + 60_000), node("c", [])];
    expect(explainFailures(nodes).inferred.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["zone chitty.cc"]);
    expect(Object.keys(causes(nodes))).toHaveLength(20);
  });

  it("are taken for two when there are two", () => {
    const nodes = [...many(3, "a", ["x/one"], at), ...many(2, "b", ["y/two"], at + hour), ...many(20, "fine", [])];
    expect(explainFailures(nodes).inferred.map(({ name }) => name)).toEqual(["x/one", "y/two"]);
  });
});

describe("failures that are not one", () => {
  it("are those that began at other times", () => {
    expect(causes([node("id", [], at), node("auth", ["id"], at + hour)])).toEqual({});
    expect(causes([...many(1, "a", ["x/one"], at), ...many(1, "b", ["x/one"], at + hour)])).toEqual({});
  });

  it("are those of which others that need the same do not fail", () => {
    expect(causes([...many(2, "a", ["x/one"], at), ...many(3, "b", ["x/one"])])).toEqual({});
    expect(causes([node("a", ["id"], at), node("id", [])])).toEqual({});
    expect(causes([node("alone", ["x/one"], at)])).toEqual({});
  });

  it("are those that need what nobody watches or knows", () => {
    const unwatched = { ...node("package", [], at), watched: false };
    expect(causes([unwatched, node("a", ["elsewhere"], at)])).toEqual({});
  });
});
