import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { Decrypter } from "age-encryption";
import { afterAll, beforeAll, expect, it } from "vitest";
import { generateBackupKeys } from "./backup-keys.ts";
import { folderDestination } from "./folder-destination.ts";
import { listBackups } from "./list-backups.ts";
import { type Manifest, signManifest } from "./manifest.ts";
import { type BackupWorld, openBackupWorld } from "./testing/backup-world.ts";
import { verifyBackup } from "./verify-backup.ts";

let world: BackupWorld;
let manifest: Manifest;
const copies: string[] = [];
const name = "test/finance";

beforeAll(async () => {
  world = await openBackupWorld();
  const source = await world.database("create table a (words text); create table b (words text)");
  await source.query(`
    insert into a select md5(g::text) || E'\\n' from generate_series(1, 8000) g; insert into b select words from a order by words`);
  ({ manifest } = await world.backUp(source, { pieceBytes: 65_536 }));
});
afterAll(async () => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  await world.close();
});

/** A copy of the destination to damage. */
function copy(): { root: string; of(file: string): string } {
  const root = mkdtempSync(join(tmpdir(), "damaged-"));
  copies.push(root);
  cpSync(world.folder, root, { recursive: true });
  return { root, of: (file) => join(root, name, manifest.id, file) };
}

interface Keys {
  identities?: string[];
  verificationKeys?: string[];
}

async function problemsOf(root: string, { identities, verificationKeys = [world.keys.verificationKey] }: Keys = {}) {
  const destination = folderDestination(root);
  const { problems } = await verifyBackup({
    destination,
    name,
    id: manifest.id,
    verificationKeys,
    ...(identities ? { identities } : {}),
  });
  return problems.map(({ reason, found }) => ({ reason, found }));
}

const restored = async (root: string, keys: Keys = {}) =>
  world.restore(manifest.id, await world.database(), { destination: folderDestination(root), ...keys });

it("finds nothing wrong with a good backup, with and without the key that opens it", async () => {
  expect(manifest.files.t0001?.pieces.length).toBeGreaterThan(2);
  expect(await problemsOf(world.folder)).toEqual([]);
  expect(await problemsOf(world.folder, { identities: [world.keys.identity] })).toEqual([]);
});

it("tells each kind of damage from the others, all of them at once, and a restore stops at them", async () => {
  const { root, of } = copy();
  truncateSync(of("t0001.00001"), 1000);
  rmSync(of("t0001.00002"));
  const flipped = readFileSync(of("t0002.00001"));
  flipped[5000] = (flipped[5000] ?? 0) ^ 1;
  writeFileSync(of("t0002.00001"), flipped);
  cpSync(of("t0001.00003"), of("t0002.00002"));
  for (const identities of [undefined, [world.keys.identity]]) {
    expect(await problemsOf(root, identities ? { identities } : {})).toEqual([
      { reason: "truncated", found: expect.stringMatching(/t0001\.00001 ends after 1000 bytes/) },
      { reason: "missing", found: expect.stringMatching(/t0001\.00002 is missing/) },
      { reason: "corrupted", found: expect.stringMatching(/t0002\.00001 has 65536 bytes/) },
      { reason: "swapped", found: expect.stringMatching(/t0002\.00002 holds what belongs into t0001\.00003/) },
    ]);
  }
  await expect(restored(root)).rejects.toMatchObject({ reason: expect.stringMatching(/truncated|corrupted/) });
});

it("finds damage of the contents", async () => {
  const { root, of } = copy();
  writeFileSync(of("contents.00001"), "nothing");
  expect(await problemsOf(root, { identities: [world.keys.identity] })).toMatchObject([{ reason: "truncated" }]);
  await expect(restored(root)).rejects.toMatchObject({ reason: "truncated" });
});

it("says that a key is the wrong one, once, and which one is wanted", async () => {
  const others = await generateBackupKeys();
  const [problem, ...more] = await problemsOf(world.folder, { identities: [others.identity] });
  expect(problem).toMatchObject({ reason: "wrong-key" });
  expect(more).toEqual([]);
  await expect(restored(world.folder, { identities: [others.identity] })).rejects.toMatchObject({
    reason: "wrong-key",
    expected: expect.stringContaining(String(manifest.recipients[0])),
  });
  expect(await problemsOf(world.folder, { identities: [others.identity, world.keys.identity] })).toEqual([]);
});

it("refuses a manifest that was changed, is signed by somebody else, not signed, moved, or missing", async () => {
  const others = await generateBackupKeys();
  const wrongSigner = { reason: "wrong-signer", found: expect.stringContaining(manifest.signedBy) };
  expect(await problemsOf(world.folder, { verificationKeys: [others.verificationKey] })).toEqual([wrongSigner]);

  const changed = copy();
  const text = readFileSync(changed.of("manifest.json"), "utf8");
  writeFileSync(changed.of("manifest.json"), text.replace('"rows": 16000', '"rows": 15999'));
  expect(await problemsOf(changed.root)).toMatchObject([{ reason: "altered-manifest" }]);
  await expect(restored(changed.root)).rejects.toMatchObject({ reason: "altered-manifest" });

  const unsigned = copy();
  rmSync(unsigned.of("manifest.sig"));
  expect(await problemsOf(unsigned.root)).toMatchObject([{ reason: "altered-manifest" }]);

  const moved = copy();
  const other = "20200101T000000000Z-00000000";
  renameSync(join(moved.root, name, manifest.id), join(moved.root, name, other));
  const listed = await listBackups({
    destination: folderDestination(moved.root),
    name,
    verificationKeys: [world.keys.verificationKey],
  });
  expect(listed).toMatchObject([{ id: other, problem: { reason: "swapped" } }]);

  const missing = copy();
  rmSync(missing.of("manifest.json"));
  expect(await problemsOf(missing.root)).toMatchObject([{ reason: "unknown-backup" }]);
});

it("finds rows that are not those the database gave, even under a good signature", async () => {
  const { root, of } = copy();
  const { signedBy: _, ...unsigned } = manifest;
  const { t0001, t0002 } = manifest.files;
  if (!t0001 || !t0002) throw new Error("two tables were backed up");
  const forged = signManifest({ ...unsigned, files: { t0001: t0002, t0002: t0001 } }, world.keys.signingKey);
  writeFileSync(of("manifest.json"), forged.content);
  writeFileSync(of("manifest.sig"), forged.signature);
  expect(await problemsOf(root)).toEqual([]);
  const found = await problemsOf(root, { identities: [world.keys.identity] });
  expect(found.map(({ reason }) => reason)).toEqual(["not-equal", "not-equal"]);
  await expect(restored(root)).rejects.toMatchObject({ reason: "not-equal" });
});

it("is read by age and zstd alone", async () => {
  const folder = join(world.folder, name, manifest.id);
  const pieces = readdirSync(folder).filter((file) => file.startsWith("t0001."));
  const decrypter = new Decrypter();
  decrypter.addIdentity(world.keys.identity);
  const compressed = await decrypter.decrypt(
    Buffer.concat(pieces.sort().map((piece) => readFileSync(join(folder, piece)))),
  );
  const lines = zstdDecompressSync(compressed).toString().split("\n");
  expect(lines).toHaveLength(8001);
  expect(lines[0]).toMatch(/^[0-9a-f]{32}\\n$/);
});
