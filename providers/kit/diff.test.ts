import { describe, expect, it } from "vitest";
import { diffInputs } from "./diff.ts";
import { formatPath } from "./path.ts";
import type { Shape } from "./shape.ts";
import { unknown, type ValueMap } from "./value.ts";

const shape: Shape = {
  name: { type: "string", replace: true },
  size: { type: "number" },
  rules: { type: "list", items: { type: "object", fields: { id: { type: "string" }, on: { type: "boolean" } } } },
  labels: { type: "map", items: { type: "string" } },
  origin: { type: "object", fields: { host: { type: "string", replace: true }, port: { type: "number" } } },
  region: { type: "object", replace: true, fields: { code: { type: "string" } } },
};

describe("diffInputs", () => {
  it.each<[string, ValueMap, ValueMap, string[]]>([
    ["sees no change", { name: "a", size: 1 }, { size: 1, name: "a" }, []],
    ["takes null as absent", { name: "a", size: null }, { name: "a" }, []],
    ["sees an added property", {}, { size: 1 }, ["add size"]],
    ["sees a removed property", { size: 1 }, {}, ["delete size"]],
    ["sees a changed property", { size: 1 }, { size: 2 }, ["update size"]],
    ["replaces where the shape says so", { name: "a" }, { name: "b" }, ["update name replace"]],
    [
      "goes to the deepest path",
      { origin: { host: "a", port: 1 } },
      { origin: { host: "a", port: 2 } },
      ["update origin.port"],
    ],
    [
      "replaces for a member that replaces",
      { origin: { host: "a" } },
      { origin: { host: "b" } },
      ["update origin.host replace"],
    ],
    [
      "replaces for any member of what replaces",
      { region: { code: "a" } },
      { region: { code: "b" } },
      ["update region.code replace"],
    ],
    [
      "goes into list items",
      { rules: [{ id: "a", on: true }] },
      { rules: [{ id: "a", on: false }] },
      ["update rules[0].on"],
    ],
    [
      "sees a longer and a shorter list",
      { rules: [{ id: "a" }] },
      { rules: [{ id: "a" }, { id: "b" }] },
      ["add rules[1]"],
    ],
    ["sees a shorter list", { rules: [{ id: "a" }, { id: "b" }] }, { rules: [{ id: "a" }] }, ["delete rules[1]"]],
    ["quotes odd keys", { labels: { "a.b": "x" } }, { labels: { "a.b": "y" } }, ['update labels["a.b"]']],
    ["takes an unknown as changed", { name: "a" }, { name: unknown }, ["update name replace"]],
    [
      "takes an unknown inside a list as changed",
      { rules: [{ id: "a" }] },
      { rules: [{ id: unknown }] },
      ["update rules[0].id"],
    ],
    ["takes a list with an unknown item whole", { rules: [{ id: "a" }] }, { rules: [unknown] }, ["update rules"]],
  ])("%s", (_, olds, news, expected) => {
    const found = diffInputs(olds, news, shape).map(
      ({ path, kind, replace }) => `${kind} ${formatPath(path)}${replace ? " replace" : ""}`,
    );
    expect(found).toEqual(expected);
  });

  it("leaves out what the program ignores, with everything below it", () => {
    const olds = { size: 1, origin: { port: 1 } };
    const news = { size: 2, origin: { port: 2 } };
    expect(diffInputs(olds, news, shape, ["origin"]).map(({ path }) => formatPath(path))).toEqual(["size"]);
  });
});
