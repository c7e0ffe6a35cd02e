import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { EngineUnavailable } from "./engine-unavailable.ts";
import { engineVersion } from "./pin.ts";
import { ourLanguageHost } from "./plugins.ts";
import { type EngineOptions, findEngine, resolveEngine } from "./resolve.ts";
import {
  buildsFakeEngine,
  fakeGo,
  fakePulumi,
  fakeReleases,
  script,
  serve,
  temporaryFolder,
  unreachable,
} from "./testing/fakes.ts";

/** A machine on which every way fails, until a test gives it one. */
async function bareMachine(changes: Partial<EngineOptions> = {}): Promise<EngineOptions & { cacheFolder: string }> {
  const releases = changes.releases ?? (await unreachable());
  return { path: "", cacheFolder: temporaryFolder(), progress: () => undefined, ...changes, releases };
}

const onPath = (folder: string) => `${folder}:/usr/bin:/bin`;

/** The reason for which `way` failed. */
async function reasonOf(way: string, options: EngineOptions): Promise<string> {
  const error = await resolveEngine(options).catch((caught: unknown) => caught);
  const attempts = error instanceof EngineUnavailable ? error.attempts : (error as { attempts: [] }).attempts;
  return attempts.find((attempt) => attempt.way === way && attempt.outcome === "failed")?.reason ?? "";
}

describe("pulumi on PATH", () => {
  it("is used when it is the pinned version or later", async () => {
    const folder = temporaryFolder();
    const pulumi = fakePulumi(folder, "3.999.1");
    const engine = await resolveEngine(await bareMachine({ path: folder }));
    expect(engine).toMatchObject({ pulumi, version: "3.999.1", source: "path", languageHost: ourLanguageHost });
  });

  it("brings its own language host when one sits beside it", async () => {
    const folder = temporaryFolder();
    fakePulumi(folder);
    script(folder, "pulumi-language-nodejs", "exit 1");
    expect((await resolveEngine(await bareMachine({ path: folder }))).languageHost).toBe(folder);
  });

  it("is passed over when too old, of another major version, or broken, and the next one on PATH is taken", async () => {
    const [old, next, broken, good] = [temporaryFolder(), temporaryFolder(), temporaryFolder(), temporaryFolder()];
    fakePulumi(old, "3.100.0");
    fakePulumi(next, "4.0.0");
    script(broken, "pulumi", "echo 'cannot start' >&2; exit 3");
    const reason = await reasonOf("path", await bareMachine({ path: [old, next, broken].join(":") }));
    expect(reason).toContain(`${old}/pulumi is version 3.100.0, expected 3.x from ${engineVersion} on`);
    expect(reason).toContain(`${next}/pulumi is version 4.0.0`);
    expect(reason).toContain(`${broken}/pulumi does not run (cannot start)`);

    const pulumi = fakePulumi(good);
    expect((await resolveEngine(await bareMachine({ path: [old, good].join(":") }))).pulumi).toBe(pulumi);
  });
});

describe("the official download", () => {
  it("is checked, unpacked and cached, with its language host", async () => {
    const machine = await bareMachine({ releases: await fakeReleases(), path: onPath(temporaryFolder()) });
    const engine = await resolveEngine(machine);
    expect(engine).toMatchObject({ source: "download", version: engineVersion, languageHost: dirname(engine.pulumi) });
    expect(await resolveEngine({ ...machine, releases: await unreachable() })).toMatchObject({
      source: "cache",
      pulumi: engine.pulumi,
    });
  });

  const spoiled = async (change: (files: Record<string, Buffer>) => void) =>
    reasonOf("download", await bareMachine({ releases: await fakeReleases(change), path: onPath(temporaryFolder()) }));
  const isArchive = (name: string) => name.endsWith(".tar.gz");

  it("is refused when its sha256 is not the published one, and nothing of it stays", async () => {
    const releases = await fakeReleases((files) => {
      for (const name of Object.keys(files).filter(isArchive)) files[name] = Buffer.from("something else");
    });
    const machine = await bareMachine({ releases });
    expect(await reasonOf("download", machine)).toMatch(/has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
    expect(readdirSync(machine.cacheFolder)).toEqual([]);
  });

  it("is refused when no checksum is published for this platform", async () => {
    const reason = await spoiled((files) => {
      files[`pulumi-${engineVersion}-checksums.txt`] = Buffer.from("no sums today\n");
    });
    expect(reason).toContain("publishes no checksum for");
  });

  it("says which file is missing", async () => {
    const reason = await spoiled((files) => {
      for (const name of Object.keys(files).filter(isArchive)) delete files[name];
    });
    expect(reason).toMatch(/tar\.gz answered 404/);
  });

  it("gives up on a site that breaks off", async () => {
    const releases = await serve((request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("too little", () => request.socket.destroy());
    });
    expect(await reasonOf("download", await bareMachine({ releases }))).toContain("broke off");
  });

  it("gives up on a site out of reach and says why", async () => {
    expect(await reasonOf("download", await bareMachine())).toMatch(/cannot be reached \(.*ECONNREFUSED/);
  });
});

describe("the build from Go modules", () => {
  it("makes an engine, caches it, and is not repeated", async () => {
    const count = join(temporaryFolder(), "count");
    const go = fakeGo(`echo once >> ${count}; ${buildsFakeEngine}`);
    const machine = await bareMachine({ path: onPath(go) });
    expect(await resolveEngine(machine)).toMatchObject({ source: "build", languageHost: ourLanguageHost });
    expect(await resolveEngine(machine)).toMatchObject({ source: "cache" });
    expect(readFileSync(count, "utf8")).toBe("once\n");
  });

  it("runs once when two ask at the same time", async () => {
    const count = join(temporaryFolder(), "count");
    const go = fakeGo(
      `echo once >> ${count}; while [ "$(wc -l < ${count})" -lt 2 ]; do sleep 0.05; done; ${buildsFakeEngine}`,
    );
    const told: string[] = [];
    const machine = await bareMachine({ path: onPath(go), progress: (line) => told.push(line) });
    const both = [resolveEngine(machine), resolveEngine(machine)];
    // The first build goes on once the second caller has said that it waits.
    await vi.waitFor(() => expect(told.join("\n")).toContain("waiting for it"), { timeout: 60_000 });
    appendFileSync(count, "go on\n");
    expect((await Promise.all(both)).map(({ source }) => source).sort()).toEqual(["build", "cache"]);
    expect(readFileSync(count, "utf8")).toBe("once\ngo on\n");
  });

  it("needs Go, of a version that can fetch the right toolchain", async () => {
    expect(await reasonOf("build", await bareMachine())).toContain(
      "there is no Go on PATH (install it from https://go.dev/dl/)",
    );
    const old = fakeGo("exit 9", "go1.19.8");
    expect(await reasonOf("build", await bareMachine({ path: onPath(old) }))).toContain(
      "is go1.19.8, expected go1.21 or later",
    );
  });

  it("hands on Go's own complaint", async () => {
    const go = fakeGo("echo 'verifying module: checksum mismatch' >&2; exit 1");
    const reason = await reasonOf("build", await bareMachine({ path: onPath(go) }));
    expect(reason).toContain("go build failed (1): verifying module: checksum mismatch");
  });

  it("keeps no engine that does not run or says another version", async () => {
    const go = fakeGo(`printf '#!/bin/sh\\necho v1.0.0\\n' > "$out"; chmod +x "$out"`);
    const machine = await bareMachine({ path: onPath(go) });
    expect(await reasonOf("build", machine)).toContain(`does not say it is version ${engineVersion} but: v1.0.0`);
    expect(readdirSync(machine.cacheFolder)).toEqual([]);
  });

  it("is begun anew after it was killed half-way", async () => {
    const machine = await bareMachine();
    const started = join(temporaryFolder(), "started");
    const hanging = fakeGo(`echo half > "$out"; touch ${started}; exec sleep 600`);
    const code = `import { resolveEngine } from ${JSON.stringify(join(import.meta.dirname, "resolve.ts"))};
      await resolveEngine(${JSON.stringify({ ...machine, path: onPath(hanging) })});`;
    const killed = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      stdio: "ignore",
      detached: true,
    });
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), { timeout: 60_000 });
    if (killed.pid) process.kill(-killed.pid, "SIGKILL");
    expect(readdirSync(machine.cacheFolder).some((name) => name.includes(".partial-"))).toBe(true);

    expect(await resolveEngine({ ...machine, path: onPath(fakeGo(buildsFakeEngine)) })).toMatchObject({
      source: "build",
    });
    expect(readdirSync(machine.cacheFolder).filter((name) => !/^[0-9a-f]{32}$/.test(name))).toEqual([]);
  });
});

describe("the cache", () => {
  async function filledCache() {
    const path = onPath(fakeGo(buildsFakeEngine));
    const machine = await bareMachine({ path });
    const { pulumi } = await resolveEngine(machine);
    return { machine, pulumi, folder: dirname(pulumi) };
  }

  it.each<[string, (folder: string) => void, RegExp]>([
    ["whose engine was changed", (folder) => appendFileSync(join(folder, "pulumi"), "# more"), /recorded sha256/],
    ["whose engine is missing", (folder) => rmSync(join(folder, "pulumi")), /pulumi is missing/],
    ["whose engine cannot be executed", (folder) => chmodSync(join(folder, "pulumi"), 0o644), /not an executable/],
    ["that was half-built", (folder) => rmSync(join(folder, "engine.json")), /engine.json is missing: a half-built/],
    ["whose list is damaged", (folder) => writeFileSync(join(folder, "engine.json"), "{"), /engine.json is damaged/],
  ])("%s is noticed and made anew", async (_, damage, reason) => {
    const { machine, folder } = await filledCache();
    damage(folder);
    const { engine: none, attempts } = await findEngine(machine);
    expect(none).toBeUndefined();
    expect(attempts.at(-1)?.reason).toMatch(reason);
    expect(await resolveEngine(machine)).toMatchObject({ source: "build" });
    expect(await resolveEngine(machine)).toMatchObject({ source: "cache" });
  });
});

describe("no way at all", () => {
  it("names all four ways, why each failed, and what to do", async () => {
    const error = await resolveEngine(await bareMachine()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EngineUnavailable);
    const { message } = error as EngineUnavailable;
    expect(message).toMatch(/1\. pulumi on PATH: there is no pulumi on PATH/);
    expect(message).toMatch(/2\. engine cache: nothing at .* yet/);
    expect(message).toMatch(/3\. official download: .*cannot be reached/);
    expect(message).toMatch(/4\. build from Go modules: there is no Go on PATH/);
    expect(message).toMatch(/Remedies, one is enough:(\n {2}- .*){3}/);
    expect((error as EngineUnavailable).attempts.map(({ way }) => way)).toEqual(["path", "cache", "download", "build"]);
  });
});
