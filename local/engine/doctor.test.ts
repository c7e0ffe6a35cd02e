import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Diagnosis, diagnose } from "./doctor.ts";
import { fakeGo, fakePulumi, script, temporaryFolder } from "./testing/fakes.ts";

afterEach(() => vi.unstubAllEnvs());

async function diagnoseWith(path: string, home = temporaryFolder()): Promise<Record<string, Diagnosis>> {
  vi.stubEnv("PATH", path);
  vi.stubEnv("XDG_CACHE_HOME", temporaryFolder());
  vi.stubEnv("HOME", temporaryFolder());
  vi.stubEnv("CHITTYOPS_HOME", home);
  const rows = await diagnose();
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}

describe("diagnose", () => {
  it("shows what was found, where and in which version", async () => {
    const pulumi = fakePulumi(temporaryFolder(), "3.300.0");
    const rows = await diagnoseWith(dirname(pulumi));
    expect(rows.node).toMatchObject({ ok: true, found: `${process.version}, ${process.execPath}` });
    expect(rows["npm packages"]).toMatchObject({ ok: true });
    expect(rows.engine).toMatchObject({ ok: true, found: `Pulumi 3.300.0 from path, ${pulumi}` });
    expect(rows["language host"]?.found).toContain("ours");
    expect(rows.disk?.found).toMatch(/\d GB free at/);
    for (const row of Object.values(rows)) expect(row.ok || row.remedy).toBeTruthy();
  });

  it("names the official language host beside an official engine", async () => {
    const folder = temporaryFolder();
    fakePulumi(folder);
    script(folder, "pulumi-language-nodejs", "exit 1");
    expect((await diagnoseWith(folder))["language host"]?.found).toBe(
      `the official one, ${join(folder, "pulumi-language-nodejs")}`,
    );
  });

  it("says what to do where there is neither an engine nor Go", async () => {
    const { engine, go } = await diagnoseWith("");
    expect(engine).toMatchObject({ ok: false, remedy: expect.stringContaining("https://go.dev/dl/") });
    expect(engine?.found).toMatch(/none yet \(path: there is no pulumi on PATH; cache: nothing at /);
    expect(go).toMatchObject({ ok: false, remedy: expect.stringContaining("https://go.dev/dl/") });
  });

  it("needs no help where an engine can be built, and no Go where there is an engine", async () => {
    expect((await diagnoseWith(fakeGo("exit 1"))).engine).toMatchObject({
      ok: true,
      found: expect.stringContaining("none yet"),
    });
    expect((await diagnoseWith(dirname(fakePulumi(temporaryFolder())))).go).toMatchObject({
      ok: true,
      found: expect.stringContaining("not needed"),
    });
  });

  it("says which folder cannot be used", async () => {
    const home = join(temporaryFolder(), "file");
    writeFileSync(home, "not a folder");
    expect((await diagnoseWith("", home)).home).toMatchObject({
      ok: false,
      found: `${home} is no folder that can be read and written`,
      remedy: expect.stringContaining(home),
    });
  });
});
