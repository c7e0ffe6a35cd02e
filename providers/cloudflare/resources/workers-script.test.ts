import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatPath } from "../../kit/path.ts";
import { isJsonMap, type JsonMap, Secret, toJsonMap, unknown, type ValueMap } from "../../kit/value.ts";
import { formParts } from "../../testing/form-parts.ts";
import { envelope, type Received, refusal, startServer } from "../../testing/http-server.ts";
import { operate } from "../../testing/operate.ts";
import { cloudflare } from "../provider.ts";
import { sha256 } from "../script/source.ts";

const code = "export default {}";
const base = { accountId: "A", scriptName: "svc", mainModule: "worker.mjs", compatibilityDate: "2026-01-01" };

/** What the cloud of these tests has: the metadata of the last upload, changed by hand where a test wants it. */
let deployed: { metadata: JsonMap; code: string } | undefined;
let uploadedAssets: string[] = [];
let server: Awaited<ReturnType<typeof startServer>>;
let folder = "";

beforeEach(async () => {
  deployed = undefined;
  uploadedAssets = [];
  folder = await mkdtemp(join(tmpdir(), "script-"));
  server = await startServer(answer);
});
afterEach(() => server.stop());

function answer(request: Received) {
  const { method, path } = request;
  const script = { id: "svc", etag: "e", handlers: ["fetch"] };
  if (path.endsWith("/assets-upload-session")) {
    const { manifest } = JSON.parse(String(request.body)) as { manifest: Record<string, { hash: string }> };
    const missing = Object.values(manifest).flatMap(({ hash }) => (uploadedAssets.includes(hash) ? [] : [hash]));
    return envelope({ jwt: "session", buckets: missing.map((hash) => [hash]) });
  }
  if (path.endsWith("/assets/upload?base64=true")) {
    expect(request.headers.authorization).toBe("Bearer session");
    uploadedAssets.push(...formParts(request).map(({ headers }) => /name="(\w+)"/.exec(headers[0] ?? "")?.[1] ?? ""));
    return envelope({ jwt: "completed" });
  }
  if (method === "PUT") {
    deployed = { metadata: metadataOf(request), code: formParts(request)[0]?.body ?? "" };
    return envelope(script);
  }
  if (!deployed) return refusal(404, 10007, "This Worker does not exist on your account.");
  if (path.endsWith("/services/svc")) return envelope({ default_environment: { script } });
  if (path.endsWith("/settings")) return envelope({ placement: {}, ...settings(deployed.metadata) });
  return { status: 200, headers: { "content-type": "application/javascript+module" }, body: deployed.code };
}

/** Settings as Cloudflare tells them: without secrets, and with members of its own. */
function settings({ bindings, migrations: _, keep_bindings: __, ...metadata }: JsonMap): JsonMap {
  const shown = maps(bindings).map(({ text, ...binding }) => ({
    ...binding,
    ...(binding.type === "secret_text" ? {} : { ...(text === undefined ? {} : { text }) }),
    ...(binding.type === "durable_object_namespace" ? { namespace_id: "ns" } : {}),
  }));
  return { ...metadata, bindings: shown };
}

function maps(value: unknown): JsonMap[] {
  return Array.isArray(value) ? value.filter(isJsonMap) : [];
}

function metadataOf(request: Received): JsonMap {
  return JSON.parse(formParts(request).at(-1)?.body ?? "{}");
}

function uploads(): Received[] {
  return server.received.filter(({ method }) => method === "PUT");
}

function script() {
  return operate(
    cloudflare,
    { baseUrl: server.baseUrl, apiToken: "t".repeat(40) },
    "cloudflare:index/workersScript:WorkersScript",
  );
}

async function file(content: string, name = "worker.mjs"): Promise<JsonMap> {
  const contentFile = join(folder, name);
  await writeFile(contentFile, content);
  return { contentFile, contentSha256: sha256(content) };
}

describe("the code", () => {
  it.each<[string, (good: JsonMap) => ValueMap, string[]]>([
    ["a file that is as it was meant", (good) => good, []],
    ["a hash in capitals", (good) => ({ ...good, contentSha256: String(good.contentSha256).toUpperCase() }), []],
    ["another hash", (good) => ({ ...good, contentSha256: "00" }), ["contentSha256"]],
    ["no hash", ({ contentFile }) => ({ contentFile: contentFile ?? null }), ["contentSha256"]],
    ["a hash that is not known yet", (good) => ({ ...good, contentSha256: unknown }), []],
    ["no such file", (good) => ({ ...good, contentFile: "/none/worker.mjs" }), ["contentFile"]],
    ["no code", () => ({}), ["contentFile"]],
    ["two codes", (good) => ({ ...good, content: code }), ["content", "contentSha256"]],
    [
      "a module file with another hash",
      (good) => {
        const wasm = { contentFile: good.contentFile ?? null, contentSha256: "00", contentType: "application/wasm" };
        return { ...good, files: { "a.wasm": wasm } };
      },
      ['files["a.wasm"].contentSha256'],
    ],
    [
      "mistakes of every kind at once",
      (good) => ({ ...good, contentSha256: "00", scritName: "x", bindings: {} }),
      ["scritName", "bindings", "contentSha256"],
    ],
  ])("is checked at plan: %s", async (_, inputs, paths) => {
    const problems = await script().check({ ...base, ...inputs(await file(code)) });
    expect(problems.map(({ path }) => formatPath(path))).toEqual(paths);
  });

  it("says what the file's hash is and what to do", async () => {
    const [problem] = await script().check({ ...base, ...(await file(code)), contentSha256: "00" });
    expect(problem?.reason).toContain(`found ${sha256(code)}; build the artifact again or correct the hash`);
  });

  it("is refused when it changed between plan and upload", async () => {
    const inputs = { ...base, ...(await file(code)) };
    await file("export default { changed: true }");
    await expect(script().create(inputs)).rejects.toThrow("changed since it was checked");
    expect(uploads()).toEqual([]);
  });

  it("travels with its modules, each under its own name and type", async () => {
    const wasm = { contentBase64: Buffer.from("wasm").toString("base64"), contentType: "application/wasm" };
    await script().create({ ...base, content: code, files: { "a.wasm": wasm } });
    const parts = formParts(uploads()[0] ?? { headers: {}, body: Buffer.of() });
    expect(parts.slice(0, 2)).toEqual([
      {
        headers: [
          'Content-Disposition: form-data; name="worker.mjs"; filename="worker.mjs"',
          "Content-Type: application/javascript+module",
        ],
        body: code,
      },
      {
        headers: ['Content-Disposition: form-data; name="a.wasm"; filename="a.wasm"', "Content-Type: application/wasm"],
        body: "wasm",
      },
    ]);
  });

  it("shows as drift by its hash when someone uploads other code", async () => {
    const inputs = { ...base, ...(await file(code)) };
    const made = await script().create(inputs);
    deployed = {
      metadata: {},
      code: "export default { by: 'hand' }",
      ...(deployed && { metadata: deployed.metadata }),
    };
    const read = await script().read(made);
    expect(read?.inputs.contentSha256).toBe(sha256("export default { by: 'hand' }"));
    expect((await script().diff(read ?? made, inputs)).changes).toMatchObject([
      { path: ["contentSha256"], replace: false },
    ]);
  });
});

describe("bindings", () => {
  const bindings = [
    { name: "MODE", type: "plain_text", text: "m" },
    { name: "ROOM", type: "durable_object_namespace", className: "Room" },
    { name: "TOKEN", type: "secret_text", text: "canary" },
  ];
  const inputs = { ...base, content: code, bindings: new Secret(bindings) };

  it("come back from a refresh as they were: secrets restored, the API's own members left out, still secret", async () => {
    const made = await script().create(inputs);
    expect(made.outputs.bindings).toEqual(new Secret(bindings));
    const read = await script().read(made);
    expect(read).toEqual(made);
  });

  it("keep their order when the API tells them in another", async () => {
    const made = await script().create(inputs);
    if (deployed) deployed.metadata.bindings = maps(deployed.metadata.bindings).reverse();
    expect(await script().read(made)).toEqual(made);
  });

  it.each<[string, (bindings: JsonMap[]) => JsonMap[], string[]]>([
    ["changed", ([mode, ...rest]) => [{ ...mode, text: "by hand" }, ...rest], ["bindings[0].text"]],
    ["added", (all) => [...all, { name: "EXTRA", type: "plain_text", text: "x" }], ["bindings[3]"]],
    [
      "removed",
      (all) => all.slice(1),
      [
        "bindings[0].name",
        "bindings[0].type",
        "bindings[0].text",
        "bindings[0].className",
        "bindings[1].name",
        "bindings[1].type",
        "bindings[1].className",
        "bindings[1].text",
        "bindings[2]",
      ],
    ],
  ])("show as drift when one is %s by hand, and stay secret", async (_, change, paths) => {
    const made = await script().create(inputs);
    if (deployed) deployed.metadata.bindings = change(maps(deployed.metadata.bindings));
    const read = await script().read(made);
    expect(read?.outputs.bindings).toBeInstanceOf(Secret);
    expect(read?.inputs.bindings).toBeInstanceOf(Secret);
    const { changes } = await script().diff(read ?? made, inputs);
    expect(changes.map(({ path }) => formatPath(path)).sort()).toEqual(paths.sort());
  });

  it("that are kept by type are no drift", async () => {
    const keeping = { ...inputs, keepBindings: ["secret_text"] };
    const made = await script().create(keeping);
    expect(deployed?.metadata.keep_bindings).toEqual(["secret_text"]);
    if (deployed)
      deployed.metadata.bindings = [...maps(deployed.metadata.bindings), { name: "HAND", type: "secret_text" }];
    expect(await script().read(made)).toEqual(made);
  });

  it("that are inherited stay inherited", async () => {
    const inherited = [{ name: "OLD", type: "inherit" }];
    const made = await script().create({ ...base, content: code, bindings: inherited });
    if (deployed) deployed.metadata.bindings = [{ name: "OLD", type: "plain_text", text: "before" }];
    expect((await script().read(made))?.outputs.bindings).toEqual(inherited);
  });

  it("never show their secrets in a failure", async () => {
    await server.stop();
    server = await startServer((request) => refusal(400, 10021, `cannot bind ${metadataOf(request).bindings}`));
    await expect(script().create(inputs)).rejects.not.toThrow("canary");
  });
});

describe("settings", () => {
  it("that someone changes by hand are drift where the program set them", async () => {
    const inputs = { ...base, content: code, observability: { enabled: true } };
    const made = await script().create(inputs);
    if (deployed) deployed.metadata.observability = { enabled: false };
    if (deployed) deployed.metadata.tail_consumers = [{ service: "of somebody else" }];
    const read = await script().read(made);
    expect(read?.inputs).toEqual({ ...inputs, observability: { enabled: false } });
    const { changes } = await script().diff(read ?? made, inputs);
    expect(changes.map(({ path }) => formatPath(path))).toEqual(["observability.enabled"]);
  });
});

describe("migrations", () => {
  const first = { newTag: "v1", newSqliteClasses: ["Room"] };

  it("are sent once, and then with the tag they start from", async () => {
    const inputs = { ...base, content: code, migrations: first };
    const made = await script().create(inputs);
    expect(deployed?.metadata.migrations).toEqual({ new_tag: "v1", new_sqlite_classes: ["Room"] });
    expect(made.outputs.migrationTag).toBe("v1");

    const again = await script().update(made, { ...inputs, logpush: true });
    expect(deployed?.metadata.migrations).toBeUndefined();
    expect(again.outputs.migrationTag).toBe("v1");

    const second = { newTag: "v2", renamedClasses: [{ from: "Room", to: "Hall" }] };
    const moved = await script().update({ ...again, inputs }, { ...inputs, migrations: second });
    expect(deployed?.metadata.migrations).toEqual({
      old_tag: "v1",
      new_tag: "v2",
      renamed_classes: [{ from: "Room", to: "Hall" }],
    });
    expect(moved.outputs.migrationTag).toBe("v2");
  });
});

describe("assets", () => {
  async function assets(): Promise<ValueMap> {
    const directory = join(folder, "site");
    await mkdir(join(directory, "js"), { recursive: true });
    await writeFile(join(directory, "index.html"), "<h1>hello</h1>");
    await writeFile(join(directory, "js", "app.js"), "1");
    await writeFile(join(directory, "_headers"), "/*\n  X-A: b");
    return { directory, config: { notFoundHandling: "404-page", headers: "/*\n  X-A: b" } };
  }

  it("are uploaded once each, and the script names the completed session", async () => {
    const inputs = { ...base, content: code, assets: await assets() };
    const made = await script().create(inputs);
    expect(uploadedAssets).toHaveLength(2);
    expect(deployed?.metadata.assets).toEqual({
      jwt: "completed",
      config: { not_found_handling: "404-page", _headers: "/*\n  X-A: b" },
    });
    expect(toJsonMap(made.outputs).assets).toMatchObject({
      assetManifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await script().diff(made, inputs)).changes).toEqual([]);
    expect((await script().read(made))?.inputs).toEqual(inputs);
  });

  it("are a change when a file in the folder is another one", async () => {
    const inputs = { ...base, content: code, assets: await assets() };
    const made = await script().create(inputs);
    await writeFile(join(folder, "site", "index.html"), "<h1>changed</h1>");
    const { changes } = await script().diff(made, inputs);
    expect(changes).toEqual([{ path: ["assets", "directory"], kind: "update", replace: false }]);
    const updated = await script().update(made, inputs);
    expect(uploadedAssets).toHaveLength(3);
    expect((await script().diff({ ...updated, inputs }, inputs)).changes).toEqual([]);
  });

  it("must be there", async () => {
    const inputs = { ...base, content: code, assets: { directory: join(folder, "none") } };
    expect((await script().check(inputs)).map(({ path }) => formatPath(path))).toEqual(["assets.directory"]);
    await expect(script().create(inputs)).rejects.toThrow(
      /assets\.directory cannot be read \(ENOENT\).*build it first/,
    );
  });
});

describe("the end", () => {
  it("asks for force where the program does", async () => {
    const made = await script().create({ ...base, content: code, force: true });
    await script().delete(made);
    expect(server.received.at(-1)).toMatchObject({
      method: "DELETE",
      path: "/accounts/A/workers/scripts/svc?force=true",
    });
  });
});
