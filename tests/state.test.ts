import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience } from "./harness/estate.ts";
import { inventories } from "./harness/inventory.ts";

describe("the state of local", { timeout: patience }, () => {
  let estate: Estate;
  beforeAll(async () => {
    estate = new Estate();
    await estate.succeed(["start"]);
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const noChanges = (stdout: string) => expect(JSON.parse(stdout).changes).toEqual([]);

  it("is open to the engine by hand, in a shell that has evaluated `env`", async () => {
    const { stdout: exports } = await estate.succeed(["env"]);
    const script = `${exports}\npulumi preview -s local --json --expect-no-changes >/dev/null && pulumi stack history -s local >/dev/null && pulumi whoami`;
    const environment = { ...process.env, CHITTYOPS_CATALOG: join(repositoryRoot, "tests/fixtures/small-catalog.ts") };
    const before = readFileSync(join(repositoryRoot, "Pulumi.local.yaml"), "utf8");
    expect(execFileSync("sh", ["-c", script], { cwd: repositoryRoot, encoding: "utf8", env: environment })).not.toBe(
      "",
    );
    expect(readFileSync(join(repositoryRoot, "Pulumi.local.yaml"), "utf8")).toBe(before);
  });

  it("comes back from a backup", async () => {
    const file = join(estate.home, "backup.json");
    await estate.succeed(["state", "backup", file]);
    expect((await estate.run(["state", "backup", file])).code).toBe(2);
    const before = estate.state().resources?.length;
    writeFileSync(
      estate.checkpointFile,
      readFileSync(estate.checkpointFile, "utf8").replaceAll("chittytrack-record", "chittytrack-renamed"),
    );
    expect((await estate.run(["state", "restore", file])).code).toBe(2);
    await estate.succeed(["state", "restore", file, "--yes"]);
    expect(estate.state().resources?.length).toBe(before);
    noChanges((await estate.succeed(["up", "--json"])).stdout);
  });

  function lock(content: Record<string, unknown>): string {
    const folder = join(estate.home, "local/state/.pulumi/locks/organization/chittyops/local");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "00000000-0000-0000-0000-000000000000.json");
    writeFileSync(
      file,
      JSON.stringify({ username: "ada", hostname: hostname(), timestamp: new Date().toISOString(), ...content }),
    );
    return file;
  }

  it("is not touched while a running process holds its lock", async () => {
    const file = lock({ pid: process.pid });
    const { code, stderr } = await estate.run(["up", "--yes"]);
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain(`pid ${process.pid} of ada on ${hostname()}`);
    expect(existsSync(file)).toBe(true);
    rmSync(file);
  });

  it("is freed of the lock of a dead process after a confirmation", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "exit");
    const file = lock({ pid: dead.pid });
    const refused = await estate.run(["up"]);
    expect({ code: refused.code, stderr: refused.stderr }).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain(`pid ${dead.pid} of ada on ${hostname()}`);
    expect(existsSync(file)).toBe(true);
    const { stdout } = await estate.succeed(["up", "--yes", "--json"]);
    noChanges(stdout);
    expect(existsSync(file)).toBe(false);
  });

  it("cut off by a crash is taken from the engine's own copy, and the damaged file is kept", async () => {
    truncateSync(estate.checkpointFile, 5_000);
    expect((await estate.run(["status"])).stderr).toContain("is damaged");
    const { stderr } = await estate.succeed(["up"]);
    expect(stderr).toContain("was damaged");
    const { cloud, state } = await inventories(estate);
    expect(cloud).toEqual(state);
    const [, kept] = /a copy is kept at (\S+)\. Going/.exec(stderr) ?? [];
    expect(readFileSync(kept ?? "", "utf8")).toHaveLength(5_000);
  });

  it("damaged with every copy of it: up says so and offers a reset", async () => {
    const root = join(estate.home, "local/state/.pulumi");
    const saved = join(estate.home, "saved.json");
    copyFileSync(estate.checkpointFile, saved);
    rmSync(`${estate.checkpointFile}.bak`, { force: true });
    for (const kind of ["backups", "history"]) rmSync(join(root, kind), { recursive: true, force: true });
    writeFileSync(estate.checkpointFile, "{");
    const { code, stderr } = await estate.run(["up"]);
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain("npx chittyops local reset");
    expect(stderr).not.toContain("defect of ChittyOps");
    expect(readdirSync(join(estate.home, "state-copies")).length).toBeGreaterThan(0);

    expect((await estate.run(["local", "reset"])).code).toBe(2);
    await estate.succeed(["local", "reset", "--yes"]);
    expect(existsSync(estate.checkpointFile)).toBe(false);
    await estate.succeed(["start"]);
  });
});
