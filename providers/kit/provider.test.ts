import { describe, expect, it } from "vitest";
import { notes } from "../testing/notes.ts";
import { operate } from "../testing/operate.ts";
import { InitFailed } from "./provider.ts";
import { Secret, unknown } from "./value.ts";

const type = "notes:index:Note";

function setUp() {
  const { definition, stored } = notes();
  return { stored, note: operate(definition, { token: "t" }, type) };
}

const idle = { signal: new AbortController().signal, log: () => {} };

describe("a resource's life", () => {
  it("is created, read unchanged, updated in place and deleted", async () => {
    const { note, stored } = setUp();
    const inputs = { shelf: "s", title: "t", text: "a" };
    const made = await note.create(inputs);
    expect(made).toMatchObject({ id: "n1", outputs: { ...inputs, key: new Secret("key of n1"), version: 1 } });

    const read = await note.read(made);
    expect(read).toEqual({ ...made, inputs });
    expect((await note.diff(made, inputs)).changes).toEqual([]);

    const news = { ...inputs, text: "b" };
    expect((await note.diff(made, news)).changes).toEqual([{ path: ["text"], kind: "update", replace: false }]);
    const updated = await note.update(made, news);
    expect(updated.outputs).toMatchObject({ text: "b", digest: "#b", version: 2, createdOn: "today" });
    expect(updated.outputs.key).toEqual(new Secret("key of n1"));

    await note.delete(updated);
    expect(stored.size).toBe(0);
    expect(await note.read(updated)).toBeUndefined();
  });

  it("shows by a refresh what someone changed by hand, and plans to put it back", async () => {
    const { note, stored } = setUp();
    const inputs = { shelf: "s", title: "t", text: "a" };
    const made = await note.create(inputs);
    stored.set("n1", { ...stored.get("n1"), text: "by hand" });
    const read = await note.read(made);
    expect(read?.inputs).toEqual({ ...inputs, text: "by hand" });
    expect((await note.diff(read ?? made, inputs)).changes).toHaveLength(1);
  });

  it("is changed as its definition has it in the end: not at all, or in place", async () => {
    const { note } = setUp();
    const locked = { shelf: "s", title: "t", text: "locked" };
    const made = await note.create(locked);
    expect((await note.diff(made, locked)).changes).toEqual([]);
    await expect(note.diff(made, { ...locked, text: "b" })).rejects.toThrow("a locked note stays as it is");
    const movable = { ...locked, text: "movable" };
    const moved = await note.diff(await note.create(movable), { ...movable, shelf: "other" });
    expect(moved).toMatchObject({ changes: [{ path: ["shelf"], replace: false }], deleteBeforeReplace: false });
  });

  it("is imported by its id, with the inputs that describe it", async () => {
    const { note } = setUp();
    const made = await note.create({ shelf: "s", title: "t", text: "a" });
    expect(await note.import(`s/${made.id}`)).toMatchObject({
      id: made.id,
      inputs: { shelf: "s", title: "t", text: "a" },
      outputs: { key: new Secret("key of n1"), version: 1 },
    });
    await expect(note.import("nonsense")).rejects.toThrow("expected <shelf>/<id>");
    expect(await note.import("other/n1")).toBeUndefined();
  });
});

describe("replacement", () => {
  it("deletes first when the unique name stays, and creates first when it changes too", async () => {
    const { note } = setUp();
    const made = await note.create({ shelf: "s", title: "t" });
    const sameName = await note.diff(made, { shelf: "other", title: "t" });
    expect(sameName).toMatchObject({ deleteBeforeReplace: true, changes: [{ path: ["shelf"], replace: true }] });
    const otherName = await note.diff(made, { shelf: "other", title: "u" });
    expect(otherName.deleteBeforeReplace).toBe(false);
  });

  it("follows from any change where nothing can be updated", async () => {
    const { definition } = notes();
    const { update: _, ...fixed } = definition.resources[type] ?? {};
    const resources = { [type]: fixed as (typeof definition.resources)[string] };
    const note = operate({ ...definition, resources }, {}, type);
    const made = await note.create({ shelf: "s", title: "t" });
    expect((await note.diff(made, { shelf: "s", title: "u" })).changes).toMatchObject([{ replace: true }]);
  });
});

describe("secrets", () => {
  it("stay secret in outputs that repeat a secret input or follow from one", async () => {
    const { note } = setUp();
    const inputs = { shelf: "s", title: "t", text: new Secret("hush") };
    const made = await note.create(inputs);
    expect(made.outputs.text).toEqual(new Secret("hush"));
    expect(made.outputs.digest).toEqual(new Secret("#hush"));
    const read = await note.read(made);
    expect(read?.outputs).toEqual(made.outputs);
    expect(read?.inputs).toEqual(inputs);
    expect((await note.diff(made, { ...inputs, text: "hush" })).changes).toEqual([]);
  });

  it("stay secret when a refresh brings another value", async () => {
    const { note, stored } = setUp();
    const made = await note.create({ shelf: "s", title: "t", text: new Secret("hush") });
    stored.set("n1", { ...stored.get("n1"), text: "other" });
    const read = await note.read(made);
    expect(read?.outputs.text).toEqual(new Secret("other"));
    expect(read?.inputs.text).toEqual(new Secret("other"));
  });
});

describe("previews", () => {
  it("of a create show the inputs, and what is not known yet as unknown", async () => {
    const { note } = setUp();
    const outputs = await note.previewCreate({ shelf: "s", title: unknown });
    expect(outputs).toMatchObject({ shelf: "s", title: unknown, digest: unknown, version: unknown });
    expect(outputs.key).toEqual(new Secret(unknown));
  });

  it("of an update keep what an update does not touch", async () => {
    const { note } = setUp();
    const made = await note.create({ shelf: "s", title: "t" });
    const outputs = await note.previewUpdate(made, { shelf: "s", title: "u" });
    expect(outputs).toMatchObject({ title: "u", createdOn: "today", version: unknown });
  });
});

describe("partial failure", () => {
  it("of a create records what is there", async () => {
    const { note } = setUp();
    const failure = await note.create({ shelf: "s", title: "t", text: "half" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InitFailed);
    expect(failure).toMatchObject({
      message: "only half of it was written",
      recorded: { id: "n1", outputs: { title: "t", version: 1, key: new Secret("key of n1") } },
    });
  });

  it("of an update records what is there now", async () => {
    const { note } = setUp();
    const made = await note.create({ shelf: "s", title: "t" });
    const failure = await note.update(made, { ...made.inputs, text: "half" }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ recorded: { id: "n1", outputs: { text: "half", version: 2 } } });
  });
});

describe("functions", () => {
  it("keep what follows from secret arguments secret", async () => {
    const { note } = setUp();
    const open = await note.provider.invoke("notes:index:shout", { text: "a" }, idle);
    expect(open).toEqual({ text: "a", loud: "A" });
    const hidden = await note.provider.invoke("notes:index:shout", { text: new Secret("a") }, idle);
    expect(hidden).toEqual({ text: new Secret("a"), loud: new Secret("A") });
  });

  it("refuse wrong arguments and unknown names", async () => {
    const { note } = setUp();
    await expect(note.provider.invoke("notes:index:shout", {}, idle)).rejects.toThrow("text is required and missing");
    await expect(note.provider.invoke("notes:index:whisper", {}, idle)).rejects.toThrow("notes:index:shout");
  });
});

describe("types that are not there", () => {
  it("are refused with the ones that are", async () => {
    const { note } = setUp();
    const failure = note.provider.check("notes:index:Book", {});
    await expect(failure).rejects.toThrow(/no resource type notes:index:Book.*\n.*notes:index:Note\n/s);
  });

  it("cannot be imported where only the state knows them", async () => {
    const { definition } = notes();
    const waiting = operate(definition, {}, "notes:index:Waiting");
    await expect(waiting.import("x")).rejects.toThrow("cannot be imported");
  });
});
