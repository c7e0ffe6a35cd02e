import { describe, expect, it } from "vitest";
import { checkInputs } from "./check.ts";
import { formatPath } from "./path.ts";
import type { Shape } from "./shape.ts";
import { unknown, type ValueMap } from "./value.ts";

const shape: Shape = {
  name: { type: "string", required: true },
  size: { type: "number" },
  tags: { type: "list", items: { type: "string" } },
  labels: { type: "map", items: { type: "string" } },
  origin: { type: "object", fields: { host: { type: "string", required: true }, port: { type: "number" } } },
  free: { type: "any" },
  etag: { type: "string", output: true },
};

describe("checkInputs", () => {
  it.each<[string, ValueMap, string[]]>([
    [
      "accepts what fits",
      { name: "n", size: 1, tags: ["a"], labels: { a: "b" }, origin: { host: "h" }, free: [1] },
      [],
    ],
    ["takes null as absent", { name: "n", size: null }, []],
    ["leaves unknowns for later", { name: unknown, tags: [unknown], origin: unknown }, []],
    ["ignores what the engine adds", { name: "n", __defaults: [] }, []],
    ["names a missing property", {}, ["name: is required and missing; set it"]],
    ["names a wrong type", { name: 3 }, ["name: must be a string, found a number"]],
    ["names the item of a list", { name: "n", tags: ["a", 1] }, ["tags[1]: must be a string, found a number"]],
    [
      "names the key of a map",
      { name: "n", labels: { "x y": 1 } },
      ['labels["x y"]: must be a string, found a number'],
    ],
    [
      "looks into objects",
      { name: "n", origin: { port: "1" } },
      ["origin.host: is required and missing; set it", "origin.port: must be a number, found a string"],
    ],
    ["suggests a near name", { name: "n", sizes: 1 }, ["sizes: is not a property here; did you mean size?"]],
    ["refuses outputs", { name: "n", etag: "e" }, ["etag: is an output and cannot be set; remove it"]],
    [
      "lists the names where none is near",
      { name: "n", wibble: 1 },
      ["wibble: is not a property here; properties that can be set: free, labels, name, origin, size, tags"],
    ],
    [
      "takes no inherited name for a property",
      { name: "n", toString: "x" },
      ["toString: is not a property here; properties that can be set: free, labels, name, origin, size, tags"],
    ],
    [
      "reports all problems at once",
      { size: "x", tags: {} },
      [
        "name: is required and missing; set it",
        "size: must be a number, found a string",
        "tags: must be a list, found an object",
      ],
    ],
  ])("%s", (_, inputs, expected) => {
    const found = checkInputs(inputs, shape).map(({ path, reason }) => `${formatPath(path)}: ${reason}`);
    expect(found).toEqual(expected);
  });
});
