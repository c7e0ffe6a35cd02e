import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isAlive, type ProcessIdentity } from "../daemon/process-identity.ts";
import { ask, connect, openTestFleet, type TestFleet, until } from "./testing/test-fleet.ts";

let test: TestFleet;
beforeAll(async () => {
  test = await openTestFleet();
});
afterAll(async () => {
  await test.close();
});

function processes(): ProcessIdentity[] {
  return JSON.parse(readFileSync(join(test.directory, "processes.json"), "utf8")).processes;
}

it("keeps every row that was committed when a server is killed in the middle of its work", async () => {
  const { direct } = await test.branch("br-killed");
  await ask(direct, "CREATE TABLE acknowledged (value int)");
  const before = processes();
  const client = await connect(direct);
  let acknowledged = 0;
  const writing = (async () => {
    for (;;) {
      await client.query(`INSERT INTO acknowledged VALUES (${acknowledged + 1})`);
      acknowledged++;
    }
  })();
  const failed = expect(writing).rejects.toThrow();
  await until(() => acknowledged > 200);
  for (const { pid } of before) process.kill(pid, "SIGKILL");
  await failed;
  const [found] = await ask(direct, "SELECT count(*)::int AS rows, max(value) AS last FROM acknowledged");
  // The last one may have been committed without its answer having come.
  expect([acknowledged, acknowledged + 1]).toContain(found?.rows);
  expect(found?.last).toBe(found?.rows);
});

it("comes back when a backend is killed, for other sessions as well", async () => {
  const { direct } = await test.branch("br-backend");
  const client = await connect(direct);
  const [row] = (await client.query("SELECT pg_backend_pid() AS pid")).rows;
  process.kill(row.pid, "SIGKILL");
  await expect(client.query("SELECT pg_sleep(600)")).rejects.toThrow();
  await until(() =>
    ask(direct, "SELECT 1 AS one").then(
      () => true,
      () => false,
    ),
  );
});

it("ends the servers of a daemon that was killed, and has all that they had committed", async () => {
  const other = fileURLToPath(new URL("./testing/other-fleet.ts", import.meta.url));
  const { direct } = await test.branch("br-orphaned");
  await test.fleet.stop();
  const daemon = spawn(process.execPath, [other, test.directory], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  daemon.stdout.on("data", (bytes: Buffer) => {
    said += bytes;
  });
  await until(() => said.includes("open"));
  await ask(direct, "CREATE TABLE survived AS SELECT 7 AS value");
  const orphans = processes();
  expect(orphans.length).toBe(1);
  const gone = new Promise((done) => daemon.once("exit", done));
  daemon.kill("SIGKILL");
  await gone;
  expect(orphans.every(isAlive)).toBe(true);
  await test.reopen();
  expect(orphans.some(isAlive)).toBe(false);
  expect(test.lines.join()).toContain("ended 1 Postgres process(es)");
  await test.endpoint("br-orphaned");
  expect(await ask(direct, "SELECT value FROM survived")).toEqual([{ value: 7 }]);
});
