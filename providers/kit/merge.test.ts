import { describe, expect, it } from "vitest";
import { adopt, afterRead, importInputs, inputsAfterRead } from "./merge.ts";
import type { Shape } from "./shape.ts";
import type { JsonMap } from "./value.ts";

const shape: Shape = {
  name: { type: "string" },
  settings: { type: "object", fields: { delay: { type: "number" }, paused: { type: "boolean" } } },
  rules: {
    type: "list",
    items: { type: "object", fields: { on: { type: "boolean" }, id: { type: "string", output: true } } },
  },
  labels: { type: "map", items: { type: "string" } },
  etag: { type: "string", output: true },
};

describe("adopt", () => {
  it("keeps what was asked for and adds what the API made", () => {
    const asked = { name: "Name", settings: { delay: 1 }, rules: [{ on: true }] };
    const answered = { name: "name", settings: { delay: 1, paused: false }, rules: [{ on: true, id: "r" }], etag: "e" };
    expect(adopt(asked, answered)).toEqual({
      name: "Name",
      settings: { delay: 1, paused: false },
      rules: [{ on: true, id: "r" }],
      etag: "e",
    });
  });

  it("stays with what was asked for where a list came back in another length", () => {
    expect(adopt({ rules: [{ on: true }] }, { rules: [] })).toEqual({ rules: [{ on: true }] });
  });
});

describe("afterRead", () => {
  const inputs = { name: "a", settings: { delay: 1, secret: "s" } };
  const state = { ...inputs, etag: "e1" };
  const stored = { state, inputs };

  it("takes changes over and keeps what the API does not mention", () => {
    expect(afterRead(stored, { name: "b", settings: { delay: 2 }, etag: "e2" }, shape)).toEqual({
      name: "b",
      settings: { delay: 2, secret: "s" },
      etag: "e2",
    });
  });

  it("drops what the API says is gone", () => {
    expect(afterRead(stored, { settings: null }, shape)).toEqual({ name: "a", etag: "e1" });
  });

  it("does not report an unset value in another guise, or a new output, as drift", () => {
    const answered = { labels: {}, rules: [], settings: { delay: 1, paused: false }, etag: "e" };
    const made = { ...inputs, region: "default" };
    expect(afterRead({ state: made, inputs }, answered, shape)).toEqual(made);
  });

  it("takes JSON text in another layout for the same", () => {
    const told = { state: { id: "1", name: '{ "b": 1, "a": [2] }' }, inputs: { name: '{ "b": 1, "a": [2] }' } };
    const outputs = afterRead(told, { name: '{"a":[2],"b":1}' }, shape);
    expect(outputs).toEqual(told.state);
    expect(inputsAfterRead(told.inputs, { name: '{"a":[2],"b":1}' }, shape)).toEqual(told.inputs);
    expect(afterRead(told, { name: '{"a":[3],"b":1}' }, shape)).toMatchObject({ name: '{"a":[3],"b":1}' });
  });

  it("fills a state that was put together from inputs alone", () => {
    const answered = { name: "a", settings: { delay: 1, paused: false }, etag: "e" };
    const found = { name: "a", settings: { delay: 1 } };
    expect(afterRead({ state: found, inputs: found }, answered, shape)).toEqual(answered);
  });

  it("reports what someone set by hand", () => {
    expect(afterRead(stored, { labels: { by: "hand" } }, shape)).toMatchObject({ labels: { by: "hand" } });
  });
});

describe("inputsAfterRead", () => {
  const readBack = (inputs: JsonMap, outputs: JsonMap) => inputsAfterRead(inputs, outputs, shape);

  it("follow changes of what the program set", () => {
    const inputs = { name: "a", settings: { delay: 1 }, rules: [{ on: true }] };
    const outputs = { name: "b", settings: { delay: 2, paused: true }, rules: [{ on: false, id: "r" }], etag: "e2" };
    expect(readBack(inputs, outputs)).toEqual({ name: "b", settings: { delay: 2 }, rules: [{ on: false }] });
  });

  it("show items that someone added, without what only the API sets", () => {
    const rules = [
      { on: true, id: "a" },
      { on: false, id: "b" },
    ];
    expect(readBack({ rules: [{ on: true }] }, { rules })).toEqual({ rules: [{ on: true }, { on: false }] });
  });

  it("show that someone removed a property", () => {
    expect(readBack({ name: "a", labels: { x: "y" } }, { name: "a" })).toEqual({ name: "a" });
  });

  it("leave alone what the program leaves alone", () => {
    expect(readBack({ name: "a" }, { name: "a", labels: { by: "hand" } })).toEqual({ name: "a" });
  });
});

describe("importInputs", () => {
  it("keeps what could have been set", () => {
    const outputs = { name: "a", rules: [{ on: true, id: "r" }], etag: "e", unheardOf: 1 };
    expect(importInputs(outputs, shape)).toEqual({ name: "a", rules: [{ on: true }] });
  });
});
