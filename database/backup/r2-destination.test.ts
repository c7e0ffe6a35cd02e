import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { controlListener } from "../../local/cloud/control/listener.ts";
import { openTestCloud, type TestCloud } from "../../local/cloud/control/test-cloud.ts";
import type { Destination } from "./destination.ts";
import { r2Destination } from "./r2-destination.ts";
import { type BackupWorld, openBackupWorld } from "./testing/backup-world.ts";
import { verifyBackup } from "./verify-backup.ts";

let world: BackupWorld;
let cloud: TestCloud;
let baseUrl: string;
const servers: Server[] = [];

beforeAll(async () => {
  world = await openBackupWorld();
});
afterAll(() => world.close());

beforeEach(async () => {
  cloud = openTestCloud();
  baseUrl = `${await serve(controlListener(cloud.app))}/client/v4`;
  await cloud.call("POST", "/accounts/:account/r2/buckets", { name: "backups" });
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  cloud.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const bucket = (name = "backups"): Destination =>
  r2Destination({ accountId: cloud.account, bucket: name, apiToken: cloud.token, baseUrl });

it("keeps a backup in a bucket of the embedded cloud, from which it is verified and restored", async () => {
  const source = await world.database("create table a (words text)");
  await source.query("insert into a select md5(g::text) from generate_series(1, 20000) g");
  const { manifest } = await world.backUp(source, { destination: bucket(), pieceBytes: 100_000 });
  expect((await bucket().list("test/finance/")).length).toBeGreaterThan(5);
  const { problems } = await verifyBackup({
    destination: bucket(),
    name: manifest.name,
    id: manifest.id,
    verificationKeys: [world.keys.verificationKey],
    identities: [world.keys.identity],
  });
  expect(problems).toEqual([]);
  const target = await world.database();
  await world.restore(manifest.id, target, { destination: bucket() });
  expect(await target.query("select count(*)::int as rows from a")).toEqual([{ rows: 20000 }]);
});

it("stores bytes as they are, and knows what is not there", async () => {
  const content = Uint8Array.from({ length: 256 }, (_, index) => index);
  await bucket().put("a/b c/ü%2F.bin", content);
  expect(new Uint8Array((await bucket().get("a/b c/ü%2F.bin")) ?? [])).toEqual(content);
  expect(await bucket().list("a/")).toEqual([{ path: "a/b c/ü%2F.bin", bytes: 256 }]);
  await bucket().remove("a/b c/ü%2F.bin");
  expect(await bucket().get("a/b c/ü%2F.bin")).toBeUndefined();
  await bucket().remove("a/b c/ü%2F.bin");
  expect(await bucket().list("a/")).toEqual([]);
});

it.each([
  { type: "status", status: 503 },
  { type: "status", status: 429 },
  { type: "reset" },
  { type: "lost-acknowledgement" },
  { type: "truncated-body" },
] as const)("sends again after $type $status", async (action) => {
  for (const method of ["PUT", "GET", "DELETE"]) cloud.faults.add({ method, path: "*objects*", times: 1, action });
  await bucket().put("a/x", Buffer.from("content"));
  expect(String(await bucket().get("a/x"))).toBe("content");
  cloud.faults.add({ method: "GET", times: 1, action });
  expect(await bucket().list("a/")).toHaveLength(1);
  await bucket().remove("a/x");
  expect(await bucket().get("a/x")).toBeUndefined();
});

it("says what Cloudflare says, without the token: no such bucket is not the same as no such object", async () => {
  for (const ask of [
    () => bucket("other").get("a/x"),
    () => bucket("other").list("a/"),
    () => bucket("other").put("a/x", Buffer.of(1)),
  ]) {
    const failure = await ask().then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ reason: "destination", found: expect.stringMatching(/other.*404.*10006/) });
    expect(`${failure?.stack} ${JSON.stringify(failure)}`).not.toContain(cloud.token);
  }
  const refused = r2Destination({ accountId: cloud.account, bucket: "backups", apiToken: "canary-token", baseUrl });
  const failure = await refused.list("a/").catch((error: Error) => error);
  expect(failure).toMatchObject({ reason: "destination" });
  expect(`${(failure as Error).stack}`).not.toContain("canary-token");
});

it("reads a long list page by page", async () => {
  const pages = [["a/1", "a/2"], ["a/3"], ["a/4"]];
  const asked: string[] = [];
  const url = await serve((request, response) => {
    const query = new URL(String(request.url), "http://127.0.0.1").searchParams;
    asked.push(`${query.get("prefix")} ${query.get("cursor")}`);
    const page = Number(query.get("cursor") ?? 0);
    const isLast = page === pages.length - 1;
    const result = pages[page]?.map((key) => ({ key, size: 1 }));
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        success: true,
        result,
        result_info: { is_truncated: !isLast, ...(isLast ? {} : { cursor: `${page + 1}` }) },
      }),
    );
  });
  const listed = await r2Destination({ accountId: "a", bucket: "b", apiToken: "t", baseUrl: url }).list("a/");
  expect(listed.map(({ path }) => path)).toEqual(["a/1", "a/2", "a/3", "a/4"]);
  expect(asked).toEqual(["a/ null", "a/ 1", "a/ 2"]);
});

it("leaves a locked backup in place, and says why", async () => {
  const rules = [{ id: "keep", enabled: true, prefix: "a/", condition: { type: "Indefinite" } }];
  await cloud.call("PUT", "/accounts/:account/r2/buckets/backups/lock", { rules });
  await bucket().put("a/x", Buffer.from("kept"));
  await expect(bucket().remove("a/x")).rejects.toMatchObject({
    reason: "destination",
    found: expect.stringContaining("10069"),
  });
});
