import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestCloud, scriptForm, type TestCloud } from "../test-cloud.ts";

let cloud: TestCloud;
beforeEach(() => {
  cloud = openTestCloud();
});
afterEach(() => cloud.close());

const script = "/accounts/:account/workers/scripts/svc";
const hello = "export default { fetch() {} }";
const plain = (name: string, text: string) => ({ type: "plain_text", name, text });
const secret = (name: string, text: string) => ({ type: "secret_text", name, text });
const spec = () => cloud.store.desiredState().scripts.find(({ scriptName }) => scriptName === "svc")?.versions[0]?.spec;

describe("what a version inherits", () => {
  beforeEach(() =>
    cloud.call("PUT", script, scriptForm(hello, { bindings: [plain("MODE", "m1"), secret("TOKEN", "t1")] })),
  );

  it("is nothing by itself", async () => {
    await cloud.call("PUT", script, scriptForm(hello, { bindings: [] }));
    expect(spec()?.bindings).toEqual([]);
  });

  it("are the types that keep_bindings names, unless the upload has the name itself", async () => {
    const bindings = [plain("MODE", "m2")];
    await cloud.call("PUT", script, scriptForm(hello, { bindings, keep_bindings: ["secret_text", "plain_text"] }));
    expect(spec()?.bindings).toEqual([plain("MODE", "m2"), secret("TOKEN", "t1")]);
  });

  it("is what an inherit binding names, under a new name if it likes", async () => {
    const bindings = [
      { type: "inherit", name: "TOKEN" },
      { type: "inherit", name: "OTHER", old_name: "MODE" },
    ];
    await cloud.call("PUT", script, scriptForm(hello, { bindings }));
    expect(spec()?.bindings).toEqual([secret("TOKEN", "t1"), plain("OTHER", "m1")]);
  });

  it("must be there when inheritance is strict, and is left out otherwise", async () => {
    const form = () => scriptForm(hello, { bindings: [{ type: "inherit", name: "NONE" }] });
    expect(await cloud.call("PUT", `${script}?bindings_inherit=strict`, form())).toMatchObject({
      status: 400,
      errors: [{ code: 10057 }],
    });
    expect(await cloud.call("PUT", script, form())).toMatchObject({ status: 200 });
    expect(spec()?.bindings).toEqual([]);
  });

  it("stays when the settings change or the code alone is replaced", async () => {
    const settings = new FormData();
    settings.append("settings", JSON.stringify({ compatibility_flags: ["nodejs_compat"] }));
    expect(await cloud.call("PATCH", `${script}/settings`, settings)).toMatchObject({ status: 200 });
    const code = new FormData();
    code.append("other.mjs", new Blob(["export default {}"], { type: "application/javascript+module" }), "other.mjs");
    code.append("metadata", JSON.stringify({ main_module: "other.mjs" }));
    expect(await cloud.call("PUT", `${script}/content`, code)).toMatchObject({ status: 200 });
    expect(spec()).toMatchObject({
      mainModule: "other.mjs",
      compatibilityFlags: ["nodejs_compat"],
      bindings: [plain("MODE", "m1"), secret("TOKEN", "t1")],
    });
  });

  it("is not changed by a secret while a newer version is not deployed", async () => {
    await cloud.call("POST", `${script}/versions`, scriptForm(hello, { bindings: [] }));
    const put = await cloud.call("PUT", `${script}/secrets`, secret("TOKEN", "t2"));
    expect(put).toMatchObject({ status: 400, errors: [{ code: 10215 }] });
  });

  it("keeps a variable's name from a secret", async () => {
    const put = await cloud.call("PUT", `${script}/secrets`, secret("MODE", "t2"));
    expect(put).toMatchObject({ status: 400, errors: [{ code: 10053 }] });
  });
});

describe("an upload", () => {
  it("keeps modules of every type, and gives them back with the main one first", async () => {
    const more = {
      "a.wasm": new Blob([new Uint8Array([0, 1, 255])], { type: "application/wasm" }),
      "b.txt": new Blob(["text"], { type: "text/plain" }),
      "c.bin": new Blob([new Uint8Array([9])], { type: "application/octet-stream" }),
      "d.cjs": new Blob(["module.exports = 1"], { type: "application/javascript" }),
      "e.json": new Blob(["{}"], { type: "application/json" }),
      "f.map": new Blob(["{}"], { type: "application/source-map" }),
    };
    expect(await cloud.call("PUT", script, scriptForm(hello, {}, more))).toMatchObject({ status: 200 });
    expect(spec()?.modules.map(({ name, type }) => [name, type])).toEqual([
      ["worker.mjs", "esm"],
      ["a.wasm", "wasm"],
      ["b.txt", "text"],
      ["c.bin", "data"],
      ["d.cjs", "commonjs"],
      ["e.json", "json"],
      ["f.map", "sourcemap"],
    ]);
    const { response } = await cloud.call("GET", `${script}/content/v2`);
    const parts = [...(await response.formData())];
    expect(parts[0]?.[0]).toBe("worker.mjs");
    const wasm = parts.find(([name]) => name === "a.wasm")?.[1] as File;
    expect(new Uint8Array(await wasm.arrayBuffer())).toEqual(new Uint8Array([0, 1, 255]));
  });

  it("reports all that is wrong with its bindings at once", async () => {
    const bindings = [
      { type: "kv_namespace", name: "A", namespace_id: "none" },
      { type: "r2_bucket", name: "B", bucket_name: "none" },
      plain("C", "x"),
      plain("C", "y"),
    ];
    const { errors } = await cloud.call("PUT", script, scriptForm(hello, { bindings }));
    expect(errors.map(({ code }) => code)).toEqual([10041, 10085, 10053]);
  });

  it("may be bound to what the embedded cloud does not have", async () => {
    const bindings = [
      { type: "ai", name: "AI" },
      { type: "vectorize", name: "INDEX", index_name: "i" },
      { type: "browser", name: "BROWSER" },
      { type: "images", name: "IMAGES" },
      { type: "send_email", name: "MAIL" },
      { type: "analytics_engine", name: "EVENTS", dataset: "d" },
    ];
    expect(await cloud.call("PUT", script, scriptForm(hello, { bindings }))).toMatchObject({ status: 200 });
  });

  it("is not tried again when only its settings change", async () => {
    await cloud.call("PUT", script, scriptForm(hello));
    await cloud.call("PUT", script, scriptForm(hello, { bindings: [plain("MODE", "m")] }));
    expect(cloud.runtime.tried).toHaveLength(1);
  });

  it("writes nothing when it is refused after the trial", async () => {
    const migrations = { new_tag: "v1", new_sqlite_classes: ["Missing"] };
    expect(await cloud.call("PUT", script, scriptForm(hello, { migrations }))).toMatchObject({
      errors: [{ code: 10070 }],
    });
    expect(cloud.store.desiredState().scripts).toEqual([]);
    expect((await cloud.call("GET", "/accounts/:account/workers/durable_objects/namespaces")).result).toEqual([]);
  });
});

describe("migrations", () => {
  const code = (...classes: string[]) => `${classes.map((name) => `export class ${name} {}`).join("\n")}\n${hello}`;
  const put = (name: string, migrations: unknown, ...classes: string[]) =>
    cloud.call("PUT", `/accounts/:account/workers/scripts/${name}`, scriptForm(code(...classes), { migrations }));
  const namespaces = async () =>
    (await cloud.call("GET", "/accounts/:account/workers/durable_objects/namespaces")).result;

  it("keep the objects of a class that is renamed or moved to another script", async () => {
    await put("a", { new_tag: "v1", new_sqlite_classes: ["Room"] }, "Room");
    const [{ id }] = await namespaces();
    await put("a", { old_tag: "v1", new_tag: "v2", renamed_classes: [{ from: "Room", to: "Hall" }] }, "Hall");
    expect(await namespaces()).toMatchObject([{ id, class: "Hall", script: "a" }]);
    await put("b", { new_tag: "v1", transferred_classes: [{ from: "Hall", from_script: "a", to: "Yard" }] }, "Yard");
    expect(await namespaces()).toMatchObject([{ id, class: "Yard", script: "b" }]);
    expect(cloud.runtime.dropped).toEqual([]);
  });

  it("may come in several steps", async () => {
    const steps = [
      { new_sqlite_classes: ["One"] },
      { new_classes: ["Two"] },
      { renamed_classes: [{ from: "One", to: "Three" }] },
    ];
    await put("a", { new_tag: "v3", steps }, "Two", "Three");
    expect(await namespaces()).toMatchObject([
      { class: "Three", use_sqlite: true },
      { class: "Two", use_sqlite: false },
    ]);
  });

  it("are needed before a class with objects goes", async () => {
    await put("a", { new_tag: "v1", new_sqlite_classes: ["Room"] }, "Room");
    expect(await put("a", undefined)).toMatchObject({ status: 400, errors: [{ code: 10064 }] });
  });
});

describe("static assets", () => {
  const hash = (text: string) => createHash("md5").update(text).digest("hex");
  const manifest = {
    "/index.html": { hash: hash("home"), size: 4 },
    "/deep/page.txt": { hash: hash("deep!"), size: 5 },
  };
  const begin = (files: unknown) => cloud.call("POST", `${script}/assets-upload-session`, { manifest: files });

  function send(jwt: string, files: Record<string, string>) {
    const form = new FormData();
    for (const text of Object.values(files)) {
      form.append(
        hash(text),
        new File([Buffer.from(text).toString("base64")], hash(text), { type: "text/plain" }),
        hash(text),
      );
    }
    return cloud.call("POST", "/accounts/:account/workers/assets/upload?base64=true", form, {
      authorization: `Bearer ${jwt}`,
    });
  }

  it("are uploaded once, in parts, and deployed with the token of the whole", async () => {
    const session = (await begin(manifest)).result;
    expect(session.buckets.flat()).toHaveLength(2);
    expect(await send(session.jwt, { a: "home" })).toMatchObject({ status: 202, result: { jwt: null } });
    const { result } = await send(session.jwt, { b: "deep!" });
    const form = scriptForm(hello, { assets: { jwt: result.jwt, config: { not_found_handling: "404-page" } } });
    expect(await cloud.call("PUT", script, form)).toMatchObject({ status: 200, result: { has_assets: true } });
    const assets = spec()?.assets;
    expect(assets).toMatchObject({ config: { not_found_handling: "404-page" } });
    expect(readFileSync(join(assets?.directory ?? "", "deep", "page.txt"), "utf8")).toBe("deep!");
    expect((await begin(manifest)).result.buckets).toEqual([]);
    await cloud.call("PUT", script, scriptForm(hello, { keep_assets: true }));
    expect(spec()?.assets?.directory).toBe(assets?.directory);
  });

  it("are refused with the wrong token, another size, or a path that leads out", async () => {
    const { jwt } = (await begin(manifest)).result;
    expect(await send("nonsense", { a: "home" })).toMatchObject({ status: 401 });
    expect(await send(cloud.token, { a: "home" })).toMatchObject({ status: 401 });
    expect(await cloud.call("PUT", script, scriptForm(hello, { assets: { jwt } }))).toMatchObject({ status: 401 });
    const lying = (await begin({ "/x": { hash: hash("home"), size: 99 } })).result;
    expect(await send(lying.jwt, { a: "home" })).toMatchObject({ status: 400 });
    expect(await begin({ "/../../etc/x": { hash: hash("home"), size: 4 } })).toMatchObject({ status: 400 });
  });

  it("make a Worker without code", async () => {
    const { jwt } = (await begin({ "/x": { hash: hash("home"), size: 4 } })).result;
    const done = (await send(jwt, { a: "home" })).result.jwt;
    const form = new FormData();
    form.append("metadata", JSON.stringify({ assets: { jwt: done }, compatibility_date: "2026-01-01" }));
    expect(await cloud.call("PUT", script, form)).toMatchObject({ status: 200 });
    expect(spec()).toMatchObject({ mainModule: "assets-only.mjs" });
  });
});
