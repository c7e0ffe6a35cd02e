import { beforeEach, describe, expect, it } from "vitest";
import type { Identity } from "../access/identity.ts";
import { newDataKey, openEnvelope } from "../documents/envelope.ts";
import { KeyRing } from "../documents/key-ring.ts";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { CaseKeeper } from "./case-keeper.ts";
import { CaseStore } from "./case-store.ts";

const ring = new KeyRing(JSON.stringify({ 1: "a".repeat(40), 2: "b".repeat(40) }));
const administrator = person("admin", true);
const [clerk, counsel, reader, stranger] = ["clerk", "counsel", "reader", "stranger"].map((name) => person(name)) as [
  Identity,
  Identity,
  Identity,
  Identity,
];
const place = { tenant: "circuit-court", case: "2024D007847" };

let store: CaseStore;
beforeEach(() => {
  store = new CaseStore(memoryStorage());
  keeper().open(administrator);
  keeper().assign(administrator, clerk.email, "clerk");
  keeper().assign(clerk, counsel.email, "counsel");
  keeper().assign(clerk, reader.email.toUpperCase(), "reader");
});

const keeper = (keyVersion = 1) => new CaseKeeper({ ...place, store, ring, keyVersion, clock: { now: () => 0 } });
const custody = () =>
  store.waitingCustody(100).events.map(({ what, who, keyVersion }) => `${what} ${who.subject} ${keyVersion}`);
const problem = (status: number) => expect.objectContaining({ problem: expect.objectContaining({ status }) });

async function document(name: string, digest = "d1", keyVersion = 1) {
  const { envelope } = await newDataKey(ring, { ...place, document: name }, keyVersion);
  return { document: name, contentType: "application/pdf", bytes: 1, digest, objectKey: `key-of-${name}`, envelope };
}

describe("the roles of a case", () => {
  it("let each do what the role says, and nothing more", async () => {
    await keeper().add(counsel, await document("motion"));
    const actions: [string, (who: Identity) => unknown][] = [
      ["list", (who) => keeper().list(who, "", 10)],
      ["read", (who) => keeper().read(who, "motion")],
      ["store", (who) => keeper().prepare(who, "order")],
      ["file", (who) => keeper().toFile(who, "motion")],
      ["assign", (who) => keeper().assign(who, "x@court.test", "reader")],
      ["rotate", (who) => keeper().rotate(who)],
      ["open", (who) => keeper().open(who)],
    ];
    const table: Record<string, string> = {};
    for (const who of [administrator, clerk, counsel, reader, stranger]) {
      const allowed: string[] = [];
      for (const [name, action] of actions) {
        if (
          await Promise.resolve()
            .then(() => action(who))
            .then(
              () => true,
              () => false,
            )
        )
          allowed.push(name);
      }
      table[who.subject] = allowed.join(" ");
    }
    expect(table).toEqual({
      admin: "assign open",
      clerk: "list read store file assign rotate",
      counsel: "list read store file",
      reader: "list read",
      stranger: "",
    });
  });

  it("do not tell a stranger whether a case exists", () => {
    const absent = new CaseKeeper({
      ...place,
      store: new CaseStore(memoryStorage()),
      ring,
      keyVersion: 1,
      clock: { now: () => 0 },
    });
    const [here, nowhere] = [keeper(), absent].map((one) => {
      try {
        return one.list(stranger, "", 10);
      } catch (error) {
        return error;
      }
    });
    expect(here).toEqual(nowhere);
    expect(here).toEqual(problem(404));
  });

  it("can be taken away", () => {
    keeper().assign(clerk, reader.email, undefined);
    expect(() => keeper().list(reader, "", 10)).toThrow(problem(404) as never);
  });
});

describe("the documents of a case", () => {
  it("leave an event for each thing done to them, and none for what was refused", async () => {
    await keeper().add(counsel, await document("motion"));
    await keeper().read(reader, "motion");
    keeper().filed(counsel, "motion");
    keeper().filed(counsel, "motion");
    await expect(keeper().read(stranger, "motion")).rejects.toEqual(problem(404));
    await expect(keeper().read(reader, "absent")).rejects.toEqual(problem(404));
    expect(custody()).toEqual(["stored counsel 1", "read reader 1", "filed counsel 1"]);
    store.forgetCustody(store.waitingCustody(2).upTo);
    expect(custody()).toEqual(["filed counsel 1"]);
  });

  it("are never replaced: the same one again is the one that is there", async () => {
    await keeper().add(counsel, await document("motion"));
    expect(await keeper().add(counsel, await document("motion"))).toMatchObject({ added: false });
    await expect(keeper().add(counsel, await document("motion", "d2"))).rejects.toEqual(problem(409));
    expect(custody()).toEqual(["stored counsel 1"]);
  });
});

describe("the rotation of a case's key", () => {
  it("rewraps the key of every document, once, and refuses the old ones from then on", async () => {
    for (const name of ["a", "b", "c"]) await keeper().add(counsel, await document(name));
    const before = store.document("a")?.envelope;
    expect(await keeper(2).rotate(clerk)).toEqual({ keyVersion: 2, documents: 3 });
    await keeper(2).rotate(clerk);
    expect(custody().slice(3)).toEqual(["rewrapped clerk 2", "rewrapped clerk 2", "rewrapped clerk 2"]);
    const { envelope, keyVersion } = await keeper(2).read(reader, "a");
    await openEnvelope(ring, { ...place, document: "a" }, keyVersion, envelope);
    if (before === undefined) throw new Error("no document");
    store.rewrapped({ document: "a", envelope: before });
    const replayed = await keeper(2).read(reader, "a");
    await expect(
      openEnvelope(ring, { ...place, document: "a" }, replayed.keyVersion, replayed.envelope),
    ).rejects.toMatchObject({ problem: "replayed-key-version" });
  });

  it("happens by itself before a document is read or taken in, and never goes back", async () => {
    await keeper().add(counsel, await document("a"));
    expect(await keeper(2).prepare(counsel, "b")).toMatchObject({ keyVersion: 2 });
    expect(custody()).toEqual(["stored counsel 1", "rewrapped child 2"]);
    expect(await keeper(1).prepare(counsel, "b")).toMatchObject({ keyVersion: 2 });
  });

  it("takes documents along that come while it is going on, or that were encrypted before it", async () => {
    for (const name of ["a", "b"]) await keeper().add(counsel, await document(name));
    const late = await document("late");
    await Promise.all([keeper(2).rotate(clerk), keeper().add(counsel, late), keeper(2).rotate(clerk)]);
    await keeper(2).add(counsel, await document("later", "d1", 1));
    for (const { document: name, envelope } of store.allDocuments()) {
      await openEnvelope(ring, { ...place, document: name }, 2, envelope);
    }
    expect(store.allDocuments()).toHaveLength(4);
    expect(custody().filter((event) => event.startsWith("rewrapped")).length).toBeGreaterThanOrEqual(2);
  });
});

function person(subject: string, isAdministrator = false): Identity {
  return { subject, email: `${subject}@court.test`, administrator: isAdministrator };
}
