import { compactVerify, importJWK } from "jose";
import { expect, it } from "vitest";
import { verifyChain } from "../../../contracts/hash-chain.ts";
import { type OpsAuditEntry, opsCheckpoint } from "../../../contracts/ops-audit.ts";
import { memoryBucket } from "../../storage/testing/memory-bucket.ts";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { planeKey } from "../signing/plane-key.ts";
import { nodePlane, people } from "../testing/node-plane.ts";
import { AuditKeeper } from "./audit-keeper.ts";

const chain = "ops/local";
const { env } = await nodePlane();
const clock = { now: () => Date.parse("2026-11-26T12:00:00Z") };

function trail() {
  const storage = memoryStorage();
  const bucket = memoryBucket();
  const keeper = () => new AuditKeeper(storage, { chain, bucket, key: () => planeKey(env), clock });
  const record = (count: number) => {
    for (let index = 0; index < count; index += 1) keeper().record(entry(), crypto.randomUUID());
  };
  return { storage, bucket, keeper, record };
}

function entry(action = "incident.ack"): OpsAuditEntry {
  const actor = { kind: "operator", id: people.operator } as const;
  return { at: "2026-11-26T12:00:00.000Z", actor, action, subject: "incidents/1", outcome: "done", details: {} };
}

it("puts a signed checkpoint beside the records into the locked bucket, whatever fails on the way", async () => {
  const { bucket, keeper, record } = trail();
  expect(keeper().settled).toBe(true);
  record(3);
  expect(keeper().settled).toBe(false);
  // The records are written, and the checkpoint's answer is lost; then more come.
  bucket.fail = [];
  await keeper().settle();
  record(2);
  bucket.fail = ["after", "after"];
  await keeper().settle();
  record(1);
  bucket.fail = ["before"];
  await expect(keeper().settle()).rejects.toThrow("does not answer");
  expect(keeper().settled).toBe(false);
  await keeper().settle();
  expect(keeper().settled).toBe(true);
  const checkpoints = [...bucket.objects].filter(([key]) => key.startsWith("audit/checkpoints/"));
  expect(checkpoints.map(([key]) => key)).toEqual([
    "audit/checkpoints/0000000003.jws",
    "audit/checkpoints/0000000005.jws",
    "audit/checkpoints/0000000006.jws",
  ]);
  const [publicKey] = await keeper().publicKeys();
  const key = await importJWK(publicKey ?? {}, "EdDSA");
  for (const [, jws] of checkpoints) {
    const said = opsCheckpoint.parse(JSON.parse(new TextDecoder().decode((await compactVerify(jws, key)).payload)));
    const { records } = await keeper().page(said.sequence - 1, 1);
    expect(said).toMatchObject({ chain, digest: records[0]?.digest, at: "2026-11-26T12:00:00.000Z" });
  }
});

it("goes on with its chain and its checkpoints when the clock jumps, either way", async () => {
  let now = clock.now();
  const bucket = memoryBucket();
  const storage = memoryStorage();
  const keeper = new AuditKeeper(storage, { chain, bucket, key: () => planeKey(env), clock: { now: () => now } });
  for (const jump of [0, 3_600_000, -7_200_000]) {
    now += jump;
    keeper.record({ ...entry(), at: new Date(now).toISOString() }, crypto.randomUUID());
    await keeper.settle();
  }
  const { head, records } = await keeper.page(0, 10);
  expect(verifyChain(records, { chain, head }).problems).toEqual([]);
  expect(keeper.settled).toBe(true);
  expect(keeper.checkpoints(0, 10).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
});

it("opens the storage that the version before wrote, and goes on with its chain", async () => {
  const storage = memoryStorage();
  storage.sql.exec("CREATE TABLE records (sequence INTEGER PRIMARY KEY, key TEXT UNIQUE, record TEXT)");
  storage.sql.exec("CREATE TABLE objects (first INTEGER PRIMARY KEY, last INTEGER, written INTEGER)");
  const first = trail();
  first.record(1);
  const [old] = (await first.keeper().page(0, 1)).records;
  storage.sql.exec("INSERT INTO records VALUES (1, 'a', ?)", JSON.stringify(old));
  const keeper = new AuditKeeper(storage, { chain, bucket: memoryBucket(), key: () => planeKey(env), clock });
  keeper.record(entry(), "b");
  await keeper.settle();
  const { head, records } = await keeper.page(0, 10);
  expect(verifyChain(records, { chain, head })).toEqual({ head: { sequence: 2, digest: head.digest }, problems: [] });
});

it("refuses a signing key that is none, without showing it", async () => {
  await expect(planeKey({ SIGNING_KEY: '{"kty":"oct","k":"c2VjcmV0"}' })).rejects.toThrow(/^(?!.*c2VjcmV0).*Ed25519/);
  await expect(planeKey({ SIGNING_KEY: "not-json" })).rejects.toThrow(/^(?!.*not-json).*Ed25519/);
});

it("hands out checkpoints and the whole trail to those who may see every family, and to nobody else", async () => {
  const plane = await nodePlane();
  plane.audit.record(entry(), "one");
  await plane.audit.settle();
  for (const path of ["/api/v1/audit", "/api/v1/audit/checkpoints", "/api/v1/audit/export"]) {
    const statuses = [undefined, people.stranger, people.clerk, people.viewer].map(async (as) => {
      const response = await plane.request(path, as === undefined ? {} : { as });
      return response.status;
    });
    expect([path, await Promise.all(statuses)]).toEqual([path, [401, 403, 403, 200]]);
  }
});
