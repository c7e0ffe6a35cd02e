import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { folderDestination } from "./folder-destination.ts";
import { httpKeyService } from "./http-key-service.ts";
import { type BackupWorld, openBackupWorld, type TestDatabase } from "./testing/backup-world.ts";
import { verifyBackup } from "./verify-backup.ts";

/** A key service that really keeps a key; `status` makes it refuse, once for each entry. */
let server: Server;
let url: string;
let kept: Buffer;
let statuses: number[];
let asked: string[];

let world: BackupWorld;
let source: TestDatabase;
const token = "canary-kms-token";
const service = (more: Partial<{ name: string; token: string }> = {}) =>
  httpKeyService({ name: "kms:backups", url, token, ...more });

beforeAll(async () => {
  world = await openBackupWorld();
  source = await world.database("create table a (id int)");
  await source.query("insert into a values (1)");
  server = createServer(async (request, response) => {
    const status = request.headers.authorization === `Bearer ${token}` ? statuses.shift() : 403;
    asked.push(String(request.url));
    if (status) return response.writeHead(status).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const key = Buffer.from(JSON.parse(Buffer.concat(chunks).toString()).key, "base64");
    response.end(JSON.stringify({ key: (request.url === "/wrap" ? wrap(key) : unwrap(key)).toString("base64") }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await world.close();
});
beforeEach(() => {
  kept = randomBytes(32);
  statuses = [];
  asked = [];
});

const iv = Buffer.alloc(16);
function wrap(key: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-ctr", kept, iv);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}
function unwrap(key: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-ctr", kept, iv);
  return Buffer.concat([decipher.update(key), decipher.final()]);
}

it("opens what was encrypted to a key service and to an age recipient, with either", async () => {
  statuses = [500, 429];
  const { manifest } = await world.backUp(source, { recipients: [service(), world.keys.recipient] });
  expect(manifest.recipients).toContain("key service kms:backups");
  expect(asked.filter((path) => path === "/wrap").length).toBeGreaterThan(2);
  for (const identity of [service(), world.keys.identity]) {
    const target = await world.database();
    await world.restore(manifest.id, target, { identities: [identity] });
    expect(await target.query("select id from a")).toEqual([{ id: 1 }]);
  }
  expect(world.stored().text).not.toContain(token);
});

it("makes no backup where the service refuses, and does not tell its token", async () => {
  const failure = await world
    .backUp(source, { recipients: [service({ token: "canary-other" })] })
    .catch((error: Error) => error);
  expect(failure).toMatchObject({ reason: "key-service", found: expect.stringContaining("403") });
  expect(`${(failure as Error).stack}`).not.toContain("canary");
  expect(asked.length).toBeLessThanOrEqual(4);
});

it("tells a service that has another key, or another name, from damage", async () => {
  const { manifest } = await world.backUp(source, { recipients: [service()] });
  const verified = (name: string) =>
    verifyBackup({
      destination: folderDestination(world.folder),
      name: manifest.name,
      id: manifest.id,
      verificationKeys: [world.keys.verificationKey],
      identities: [service({ name })],
    });
  expect((await verified("kms:other")).problems.map(({ reason }) => reason)).toEqual(["wrong-key"]);
  kept = randomBytes(32);
  expect((await verified("kms:backups")).problems.map(({ reason }) => reason)).toEqual(["wrong-key"]);
});
