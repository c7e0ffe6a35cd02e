import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createApiClient } from "@neondatabase/api-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { withConnection } from "../database/connect.ts";
import { readLocalTokens } from "../local/cloud/client.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { resolveEngine } from "../local/engine/resolve.ts";
import { Estate, patience } from "./harness/estate.ts";
import { until } from "./harness/kill.ts";
import { processArguments } from "./harness/process-arguments.ts";
import { runHere } from "./harness/run-here.ts";

const { catalog, folder } = vi.hoisted(() => {
  const catalog = `${import.meta.dirname}/fixtures/database-catalog.ts`;
  /** A folder of migrations that the tests add to; the catalog wants it in the repository. */
  const folder = `.chittyops/test-migrations-${process.pid}`;
  // Before the catalog is loaded.
  vi.stubEnv("CHITTYOPS_CATALOG", catalog);
  vi.stubEnv("CHITTYOPS_TEST_MIGRATIONS", folder);
  return { catalog, folder };
});
const committed = "tests/fixtures/ledger/migrations";

describe("chittyops db", { timeout: patience }, () => {
  const estate = new Estate({ CHITTYOPS_CATALOG: catalog, CHITTYOPS_TEST_MIGRATIONS: folder });
  const processes = processArguments();
  const said: string[] = [];
  let uris = { owner: "", runtime: "" };

  beforeAll(async () => {
    vi.stubEnv("CHITTYOPS_HOME", estate.home);
    cpSync(join(repositoryRoot, committed), join(repositoryRoot, folder), { recursive: true });
    await estate.succeed(["up"]);
    uris = await outputs().then(({ databases }) => {
      const { ownerUri, runtimeUri } = databases["chittyledger/books"];
      return { owner: ownerUri, runtime: runtimeUri };
    });
  }, patience);
  afterAll(async () => {
    processes.stop();
    vi.unstubAllEnvs();
    rmSync(join(repositoryRoot, folder), { recursive: true, force: true });
    await estate[Symbol.asyncDispose]();
  });

  /**
   * Runs `chittyops db …`, remembers what it said, and gives its exit code, its JSON (where it has some) and its stderr. In a process of its
   * own where it needs another environment.
   */
  async function db(args: readonly string[], environment?: Record<string, string>) {
    const { code, stdout, stderr } = await (environment
      ? estate.run(["db", ...args], environment)
      : runHere(["db", ...args]));
    said.push(stdout, stderr);
    const json = args.includes("--json") && stdout !== "" ? JSON.parse(stdout) : undefined;
    return { code, json, stdout, stderr };
  }
  const addMigration = (name: string, sql: string) => writeFileSync(join(repositoryRoot, folder, name), sql);
  /** As a service does, with what it was given when it was deployed. */
  const rows = (sql: string, as: "runtime" | "owner" = "runtime") =>
    withConnection(as === "owner" ? uris.owner : uris.runtime, { applicationName: "test" }, async (client) => [
      ...(await client.query(sql)).rows,
    ]);
  const rowsOn = async (branch: string, sql: string) =>
    (await db(["psql", "books", "--json", "--owner", "--branch", branch, "-c", sql])).json as Record<string, unknown>[];

  it("lists what up has made", async () => {
    const { code, json } = await db(["list", "--json"]);
    expect(code).toBe(0);
    expect(json).toEqual([
      {
        database: "chittyledger/books",
        project: expect.any(String),
        branches: 1,
        bytes: expect.any(Number),
        state: expect.stringMatching(/active|idle/),
        migrations: { applied: 2, pending: 0 },
      },
    ]);
    for (const name of ["books", "chittyledger", "chittyledger/books"])
      expect((await db(["status", name])).code).toBe(0);
    const unknown = await db(["status", "finance"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("chittyledger/books");
  });

  it("seeds once", async () => {
    expect((await db(["seed", "books", "--json"])).json).toEqual([
      { database: "chittyledger/books", applied: ["0001_demo.sql"], already: [] },
    ]);
    expect((await db(["seed", "--json"])).json).toMatchObject([{ applied: [], already: ["0001_demo.sql"] }]);
    expect(await rows("select current_user, count(*)::int from entries")).toEqual([
      { current_user: "books_app", count: 1000 },
    ]);
  });

  it("shows and applies migrations, the dangerous not at all and contract ones only when told", async () => {
    addMigration("0003_dangerous.sql", "alter table entries alter column cents type numeric;\n");
    const dangerous = await db(["migrate", "books"]);
    expect(dangerous.code).toBe(1);
    expect(dangerous.stderr).toContain("0003_dangerous.sql:1");
    expect(dangerous.stderr).not.toContain("defect of ChittyOps");
    rmSync(join(repositoryRoot, folder, "0003_dangerous.sql"));

    addMigration("0003_booked_at.sql", "alter table entries add column booked_at timestamptz;\n");
    addMigration(
      "0004_drop_note.sql",
      "-- chittyops: phase=contract\n-- chittyops: allow breaks-readers: nothing reads it any more\nalter table entries drop column note;\n",
    );
    const plan = await db(["migrate", "books", "--plan", "--json"]);
    expect({ code: plan.code, json: plan.json }).toMatchObject({
      code: 3,
      json: [{ pending: [{ name: "0003_booked_at" }], held: [{ name: "0004_drop_note" }], applied: [] }],
    });
    expect((await db(["migrate", "--json"])).json).toMatchObject([{ applied: [{ name: "0003_booked_at" }] }]);
    const status = await db(["status", "books", "--json"]);
    expect(status.json[0].pending).toMatchObject([{ name: "0004_drop_note", phase: "contract" }]);
    expect((await db(["migrate", "--contract", "--json"])).json).toMatchObject([
      { applied: [{ name: "0004_drop_note" }] },
    ]);
    expect((await db(["migrate", "--plan"])).code).toBe(0);
    // Without the new files, what the database has is not what the folder says.
    renameSync(join(repositoryRoot, folder), join(repositoryRoot, `${folder}-away`));
    cpSync(join(repositoryRoot, committed), join(repositoryRoot, folder), { recursive: true });
    const drifted = await db(["status"]);
    rmSync(join(repositoryRoot, folder), { recursive: true });
    renameSync(join(repositoryRoot, `${folder}-away`), join(repositoryRoot, folder));
    expect(drifted.code).toBe(1);
    expect(drifted.stdout).toContain("0003_booked_at");
  });

  it("pushes a schema after a backup, and loses only what is named", async () => {
    const schema = join(estate.home, "schema.sql");
    const sql = ["0001_accounts", "0002_entries"]
      .map((name) => readFileSync(join(repositoryRoot, committed, `${name}.sql`), "utf8"))
      .join("\n");
    writeFileSync(schema, `${sql}\ncreate table tags (name text primary key);\n`);
    const refused = await db(["push", "books", schema, "--yes"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("--lose 'public.entries.booked_at'");
    expect((await db(["backup", "list", "--json"])).json).toEqual([]);
    expect((await db(["push", "books", schema, "--lose", "public.entries.booked_at"])).code).toBe(2);
    const pushed = await db(["push", "books", schema, "--lose", "public.entries.booked_at", "--yes", "--json"]);
    expect({ code: pushed.code, json: pushed.json }).toMatchObject({ code: 0, json: { pushed: true, left: [] } });
    expect((await db(["backup", "list", "--json"])).json).toMatchObject([{ id: pushed.json.backup }]);
    const drift = await db(["diff", "books", "--json"]);
    expect(drift.code).toBe(3);
    expect(
      drift.json.differences.map(({ change, name }: { change: string; name: string }) => `${change} ${name}`),
    ).toEqual(expect.arrayContaining(["added public.tags", "removed public.entries.booked_at"]));
    const back = await db([
      "push",
      "books",
      "migrations",
      "--lose",
      "public.tags",
      "--lose",
      "public.entries.note",
      "--yes",
    ]);
    expect({ code: back.code, stderr: back.code === 0 ? "" : back.stderr }).toEqual({ code: 0, stderr: "" });
    expect((await db(["diff", "books"])).code).toBe(0);
    writeFileSync(schema, "create table nonsense (;\n");
    const nonsense = await db(["push", "books", schema]);
    expect({ code: nonsense.code, told: nonsense.stderr.includes("in line 1") }).toEqual({ code: 1, told: true });
  });

  it("makes, compares, resets and deletes branches", async () => {
    const { json } = await db(["branch", "create", "books", "preview", "--expires", "7d", "--json"]);
    const days = (Date.parse(json.expiresAt) - Date.parse(json.createdAt)) / 86_400_000;
    expect(days).toBeCloseTo(7, 1);
    expect((await db(["branch", "create", "books", "preview"])).code).toBe(2);
    await rowsOn("preview", "delete from entries; alter table accounts add column nickname text");
    expect(await rows("select count(*)::int from entries")).toEqual([{ count: 1000 }]);
    const diff = await db(["diff", "books", "--with", "preview", "--json"]);
    expect(diff.json.differences).toMatchObject([{ change: "added", name: "public.accounts.nickname" }]);
    expect((await db(["branch", "reset", "books", "preview"])).code).toBe(2);
    expect((await db(["branch", "reset", "books", "preview", "--yes"])).code).toBe(0);
    expect(await rowsOn("preview", "select count(*)::int from entries")).toEqual([{ count: 1000 }]);
    expect((await db(["branch", "delete", "books", "main", "--yes"])).code).toBe(2);
    expect((await db(["branch", "delete", "books", "preview", "--yes"])).code).toBe(0);
    const left = (await db(["branch", "list", "books", "--json"])).json as { name: string }[];
    expect(left.map(({ name }) => name)).toEqual(["main"]);
  });

  it("backs up what is due, and verifies it", async () => {
    await rows("create table by_hand (id int primary key)", "owner");
    const { code, json } = await db(["backup", "books", "--json"]);
    expect(code).toBe(0);
    expect(json).toMatchObject([
      {
        database: "chittyledger/books",
        tables: 3,
        rows: 1050,
        outside: expect.arrayContaining([expect.objectContaining({ name: "public.by_hand (id)" })]),
      },
    ]);
    await rows("drop table by_hand", "owner");
    expect((await db(["backup", "books"])).code).toBe(0);
    expect((await db(["backup", "--due", "--json"])).json).toEqual([]);
    const verified = await db(["backup", "verify", "books", "--json"]);
    expect({ code: verified.code, good: verified.json.good }).toEqual({ code: 0, good: true });
    expect((await db(["backup", "verify", "books", "20200101T000000000Z-00000000"])).code).toBe(1);
  });

  it("restores to a branch, and swaps it in only when told; services keep their connections", async () => {
    await rows("delete from entries", "owner");
    const restored = await db(["restore", "books", "--json"]);
    expect(restored.code).toBe(0);
    const { branch, swapped } = restored.json;
    expect(swapped).toBe(false);
    expect(await rows("select count(*)::int from entries")).toEqual([{ count: 0 }]);
    expect((await db(["restore", "books", "--swap", branch])).code).toBe(2);
    const swap = await db(["restore", "books", "--swap", branch, "--yes", "--json"]);
    expect({ code: swap.code, stderr: swap.code === 0 ? "" : swap.stderr }).toEqual({ code: 0, stderr: "" });
    expect(await rows("select count(*)::int from entries")).toEqual([{ count: 1000 }]);
    expect(await rowsOn(swap.json.kept, "select count(*)::int from entries")).toEqual([{ count: 0 }]);
    expect((await db(["diff", "books"])).code).toBe(0);
    const { counts } = JSON.parse((await estate.succeed(["up", "--json"])).stdout);
    expect(counts).not.toHaveProperty("replace");
  });

  it("restores over a protected branch, which is protected again afterwards", async () => {
    const { project, branchId, client } = await neon();
    await client.updateProjectBranch(project, branchId, { branch: { protected: true } });
    await rows("delete from entries", "owner");
    const { code, stderr } = await db(["restore", "books", "--yes"]);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(await rows("select count(*)::int from entries")).toEqual([{ count: 1000 }]);
    const { data } = await client.getProjectBranch(project, branchId);
    expect(data.branch.protected).toBe(true);
  });

  it("drills, writes a report, and fails where an objective is missed", async () => {
    const out = join(estate.home, "drills");
    const { code, json } = await db(["drill", "books", "--out", out, "--json"]);
    expect({ code, json }).toMatchObject({
      code: 0,
      json: [{ passed: true, recoveryTime: { met: true }, recoveryPoint: { met: true } }],
    });
    // The scratch branch alone takes longer than the objective.
    const slow = { method: "POST", path: "*/branches", times: 1, action: { type: "latency", milliseconds: 1000 } };
    await estate.admin("faults", { method: "POST", body: slow });
    const late = await db(["drill", "books", "--rpo", "1s", "--rto", "1s", "--out", out, "--json"]);
    expect({ code: late.code, json: late.json }).toMatchObject({
      code: 1,
      json: [
        { passed: false, recoveryPoint: { met: false, objective: 1 }, recoveryTime: { met: false, objective: 1 } },
      ],
    });
    expect(
      readdirSync(out)
        .map((name) => name.split(".").at(-1))
        .sort(),
    ).toEqual(["json", "json", "md", "md"]);
    const branches = (await db(["branch", "list", "books", "--json"])).json as { name: string }[];
    expect(branches.filter(({ name }) => /^(drill|scratch|push|diff|backup)/.test(name))).toEqual([]);
  });

  it("tests connections from here and from the edge, and says what could be better", async () => {
    const tested = await db(["test", "books", "--json"]);
    expect({ code: tested.code, json: tested.json }).toMatchObject({
      code: 0,
      json: [
        {
          ok: true,
          edge: [{ service: "chittyledger", binding: "BOOKS_DB", state: "passed", found: "ok: answered a query" }],
        },
      ],
    });
  });

  it("tunes what changes no schema, and leaves the rest to a migration", async () => {
    for (const name of ["one", "other"]) await rows(`create index ${name} on entries (cents)`, "owner");
    await rows("create table fresh with (autovacuum_enabled = off) as select generate_series(1, 1000)", "owner");
    const tuned = await db(["tune", "books", "--apply", "--yes", "--json"]);
    expect({ code: tuned.code, stderr: tuned.stderr }).toMatchObject({ code: 0 });
    const [{ findings, applied }] = tuned.json as [{ findings: { id: string }[]; applied: { id: string }[] }];
    const schema = ["autovacuum:public.fresh", expect.stringMatching(/^redundant-index:public\.(one|other)$/)];
    const found = findings.map(({ id }) => id);
    expect(found).toEqual(expect.arrayContaining([...schema, "stale-statistics:public.fresh"]));
    expect(applied).toContainEqual({ id: "stale-statistics:public.fresh", state: "applied" });
    for (const id of schema) expect(applied.map((one) => one.id)).not.toContainEqual(id);
    const there = `select to_regclass('one') is not null and to_regclass('other') is not null as indexes, reltuples::int as analyzed, reloptions as options
      from pg_class where relname = 'fresh'`;
    expect(await rows(there)).toEqual([{ indexes: true, analyzed: 1000, options: ["autovacuum_enabled=off"] }]);
    await rows("drop table fresh", "owner");
    await rows("drop index one, other", "owner");
  });

  it("works on a database whose compute is suspended", async () => {
    const { client, project, branchId } = await neon();
    const suspend = async () => {
      const { data } = await client.listProjectBranchEndpoints(project, branchId);
      const endpoint = data.endpoints.find(({ type }) => type === "read_write")?.id ?? "";
      await client.suspendProjectEndpoint(project, endpoint);
      await until("the compute to be suspended", async () => {
        const now = await client.getProjectEndpoint(project, endpoint);
        return now.data.endpoint.current_state === "idle";
      });
    };
    await suspend();
    expect((await db(["migrate", "books", "--json"])).code).toBe(0);
    await suspend();
    expect((await db(["backup", "books", "--json"])).code).toBe(0);
  });

  it("settles a migration that a killed run left in doubt, and refuses to where nothing is", async () => {
    expect((await db(["settle", "books", "0099_off", "perhaps"])).code).toBe(2);
    const idle = await db(["settle", "books", "0099_off", "done"]);
    expect({ code: idle.code, stderr: idle.stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("in doubt"),
    });
    await rows("create table journal (number int)", "owner");
    addMigration(
      "0099_off.sql",
      "-- chittyops: transaction=off\ninsert into journal select 1 from pg_sleep(case when to_regclass('go') is null then 3600 end);\ninsert into journal values (2);\n",
    );
    const running = estate.start(["db", "migrate", "books"]);
    // Sessions that asked this before, and are still ending, are no migration.
    const asleep = "select pid from pg_stat_activity where query like 'insert into journal select 1 from pg_sleep%'";
    await until("the migration to sleep", async () => (await rows(asleep, "owner")).length > 0);
    running.process.kill("SIGKILL");
    await running.ended;
    // Postgres goes on with the statement of a dead runner; here it must not.
    await rows(`select pg_terminate_backend(pid) from (${asleep}) as sleeping`, "owner");
    const stopped = await db(["migrate", "books"]);
    expect({ code: stopped.code, stderr: stopped.stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("chittyops db settle"),
    });
    expect((await db(["settle", "books", "0099_off", "done"])).code).toBe(0);
    expect((await db(["migrate", "books"])).code).toBe(0);
    expect(await rows("select number from journal", "owner")).toEqual([{ number: 2 }]);
  });

  it("opens psql without the password in its arguments or environment, and does without it", async () => {
    const tools = join(estate.home, "tools");
    mkdirSync(tools);
    const seen = join(estate.home, "psql-seen");
    writeFileSync(
      join(tools, "psql"),
      `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } > "${seen}"\ncp -p "$PGPASSFILE" "${seen}.pass"\nexit 3\n`,
    );
    chmodSync(join(tools, "psql"), 0o755);
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
    const { code } = await db(["psql", "books", "-c", "select 1"], { PATH: `${tools}:${path}` });
    expect(code).toBe(1);
    expect(statSync(`${seen}.pass`).mode & 0o777).toBe(0o600);
    const passfile = readFileSync(`${seen}.pass`, "utf8");
    rmSync(`${seen}.pass`);
    const password = passfile.trim().split(":").at(-1) ?? "";
    expect(password.length).toBeGreaterThan(20);
    const arguments_ = readFileSync(seen, "utf8");
    expect(arguments_).toContain("select 1");
    expect(arguments_).toContain("PGUSER=books_app");
    expect(arguments_).not.toContain(password);

    const without = await db(["psql", "books", "-c", "select 40 + 2 as answer"], { PATH: dirname(process.execPath) });
    expect({ code: without.code, stdout: without.stdout }).toEqual({ code: 0, stdout: expect.stringContaining("42") });
    const wrong = await db(["psql", "books", "-c", "selec 1"], { PATH: dirname(process.execPath) });
    expect({ code: wrong.code, defect: wrong.stderr.includes("defect") }).toEqual({ code: 1, defect: false });
  });

  it("keeps every password, token and key to itself", async () => {
    const secrets = await secretValues();
    const texts = [...said, ...processes.stop(), ...files().map((file) => readFileSync(file, "utf8"))];
    const found = Object.entries(secrets).filter(([, secret]) => texts.some((text) => text.includes(secret)));
    expect(found.map(([name]) => name)).toEqual([]);
    const { requests } = (await estate.admin("requests")) as { requests: unknown };
    expect(Object.values(secrets).filter((secret) => JSON.stringify(requests).includes(secret))).toEqual([]);
  });

  it("says what is missing where nothing was deployed", async () => {
    await using empty = new Estate({ CHITTYOPS_CATALOG: catalog });
    const { code, stderr } = await empty.run(["db", "status", "books"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("npx chittyops up -e local") });
    expect((await empty.run(["db", "list", "--json"])).stdout).toContain("not deployed");
  });

  async function neon() {
    const { daemon } = await estate.cloud();
    const apiKey = readLocalTokens({ home: estate.home }).neon.chittyos ?? "";
    const client = createApiClient({ apiKey, baseURL: `${daemon.controlUrl}/api/v2` });
    const [{ project }] = (await db(["list", "--json"])).json;
    const { data } = await client.listProjectBranches({ projectId: project });
    return { client, project: project as string, branchId: data.branches.find((one) => one.default)?.id ?? "" };
  }

  /** What core's stack exports, as the engine itself tells whoever may open the state. */
  async function outputs() {
    const environment = JSON.parse((await estate.succeed(["env", "--json"])).stdout) as Record<string, string>;
    const args = ["stack", "output", "--show-secrets", "--json", "--stack", "local", "--non-interactive"];
    const engine = await resolveEngine();
    const { stdout } = await promisify(execFile)(engine.pulumi, args, { env: { ...process.env, ...environment } });
    return JSON.parse(stdout);
  }

  async function secretValues(): Promise<Record<string, string>> {
    const { backups, shellToken } = await outputs();
    const tokens = readLocalTokens({ home: estate.home });
    return {
      owner: new URL(uris.owner).password,
      runtime: new URL(uris.runtime).password,
      seed: backups.seed,
      shellToken,
      neonKey: tokens.neon.chittyos ?? "missing-neon-key",
      cloudflareToken: tokens.accounts.chittyos ?? "missing-token",
      passphrase: readFileSync(join(estate.home, "local/passphrase"), "utf8").trim(),
    };
  }

  /** Every file of the home but those that are there to hold secrets, and what the cloud itself keeps. */
  function files(): string[] {
    const kept = ["passphrase", "tokens.json", "cloud", "postgres"].map((name) => join(estate.home, "local", name));
    return readdirSync(estate.home, { recursive: true, withFileTypes: true })
      .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
      .filter(({ entry, path }) => entry.isFile() && !kept.some((folder) => path.startsWith(folder)))
      .map(({ path }) => path);
  }
});
