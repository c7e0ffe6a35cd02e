import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { assetFiles } from "./assets.ts";
import { accounts } from "./records/accounts.ts";
import { kvNamespaces } from "./records/stores.ts";
import { type VersionRecord, versions } from "./records/workers.ts";
import { localAccounts, seededId, seedStore } from "./seed.ts";
import { openStore } from "./store.ts";
import { StoreCorrupt } from "./store-corrupt.ts";

const root = mkdtempSync(join(tmpdir(), "chittyops-store-"));
const temporary = () => mkdtempSync(join(root, "store-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const seed = { accounts: [{ name: "chittyos", zones: ["chitty.localhost"] }] };

describe("the store", () => {
  it("keeps what was committed and forgets what was rolled back", () => {
    const directory = temporary();
    const first = openStore(directory);
    const namespace = { id: "1", accountId: "a", title: "cache" };
    first.put(kvNamespaces, namespace);
    expect(() =>
      first.transaction(() => {
        first.put(kvNamespaces, { ...namespace, id: "2", title: "lost" });
        throw new Error("stop");
      }),
    ).toThrow("stop");
    first.close();
    const second = openStore(directory);
    expect(second.list(kvNamespaces, "a")).toEqual([namespace]);
    expect(second.byName(kvNamespaces, "a", "cache")).toEqual(namespace);
    second.close();
  });

  it("refuses a second record of the same name in one scope", () => {
    const store = openStore(temporary());
    store.put(kvNamespaces, { id: "1", accountId: "a", title: "cache" });
    expect(() => store.put(kvNamespaces, { id: "2", accountId: "a", title: "cache" })).toThrow(/UNIQUE/);
    store.put(kvNamespaces, { id: "2", accountId: "b", title: "cache" });
    store.close();
  });

  it.each([
    [
      "bytes that are no database",
      (file: string) => writeFileSync(file, "not a database, but long enough to be looked at".repeat(100)),
    ],
    [
      "damaged pages",
      (file: string) =>
        writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 4096), Buffer.alloc(8192, 7)])),
    ],
  ])("says so when it holds %s", (_, damage) => {
    const directory = temporary();
    const store = openStore(directory);
    store.put(kvNamespaces, { id: "1", accountId: "a", title: "cache" });
    store.close();
    damage(join(directory, "store.sqlite"));
    expect(() => openStore(directory)).toThrow(StoreCorrupt);
  });

  it("takes a file that a kill left empty for a new store", () => {
    const directory = temporary();
    appendFileSync(join(directory, "store.sqlite"), "");
    openStore(directory).close();
  });
});

describe("opening a store", () => {
  it("forgets the modules that no version has, and keeps the others", () => {
    const directory = temporary();
    const first = openStore(directory);
    const [kept, lost] = [first.putBlob(Buffer.from("kept")), first.putBlob(Buffer.from("lost"))];
    first.put(versions, { ...version, modules: [{ name: "a.mjs", type: "esm", hash: kept, size: 4 }] });
    first.close();
    const second = openStore(directory);
    expect(Buffer.from(second.blob(kept)).toString()).toBe("kept");
    expect(() => second.blob(lost)).toThrow(StoreCorrupt);
    second.close();
  });

  it("forgets the sets of assets that no version has", () => {
    const directory = temporary();
    const first = openStore(directory);
    const files = assetFiles(directory);
    files.put("a", "11", Buffer.from("one"));
    const used = files.directoryOf("a", { "/one": { hash: "11", size: 3 } });
    const unused = files.directoryOf("a", { "/two": { hash: "11", size: 3 } });
    first.put(versions, { ...version, assets: { directory: used, config: {} } });
    first.close();
    openStore(directory).close();
    expect([existsSync(join(directory, used, "one")), existsSync(join(directory, unused))]).toEqual([true, false]);
  });
});

const version: VersionRecord = {
  scriptKey: "a/svc",
  id: "1",
  number: 1,
  createdOn: "2026-01-01T00:00:00Z",
  source: "api",
  authorEmail: "",
  annotations: {},
  mainModule: "a.mjs",
  modules: [],
  etag: "",
  compatibilityDate: "2026-01-01",
  compatibilityFlags: [],
  usageModel: "standard",
  bindings: [],
  handlers: [],
  classes: [],
  startupTimeMs: 1,
};

describe("seeding", () => {
  it("keeps the token of an account that a later seed does not name", () => {
    const store = openStore(temporary());
    const before = seedStore(store, seed);
    const after = seedStore(store, { accounts: [{ name: "new", zones: [] }] }, before);
    expect(after.accounts).toMatchObject(before.accounts);
    expect(Object.keys(after.accounts).sort()).toEqual(["chittyos", "new"]);
    store.close();
  });

  it("gives stable ids, and the same tokens over restarts", () => {
    const directory = temporary();
    const first = openStore(directory);
    const tokens = seedStore(first, seed);
    first.close();
    const second = openStore(directory);
    expect(seedStore(second, seed, tokens)).toEqual(tokens);
    expect(localAccounts(second)).toEqual([
      {
        name: "chittyos",
        id: seededId("account", "chittyos"),
        zones: [{ name: "chitty.localhost", id: seededId("zone", "chitty.localhost") }],
      },
    ]);
    expect(second.list(accounts)).toHaveLength(1);
    second.close();
  });

  it("keeps no token in plain", () => {
    const directory = temporary();
    const store = openStore(directory);
    const tokens = seedStore(store, seed);
    store.close();
    const bytes = readFileSync(join(directory, "store.sqlite"), "latin1");
    expect(bytes).not.toContain(tokens.admin);
    expect(bytes).not.toContain(tokens.accounts.chittyos);
  });
});
