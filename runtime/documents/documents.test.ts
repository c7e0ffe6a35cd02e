import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ciphertextLength, decryptDocument, encryptDocument } from "./document-cipher.ts";
import type { DocumentContext } from "./document-context.ts";
import { type Envelope, newDataKey, openEnvelope, rewrap } from "./envelope.ts";
import { KeyRing } from "./key-ring.ts";

const seed = Number(process.env.CHITTYOPS_TEST_SEED);
const one = "first root secret of forty characters ..";
const two = "second root secret of forty characters .";
const ring = new KeyRing(JSON.stringify({ 1: one, 2: two }));
const context: DocumentContext = { tenant: "circuit-court", case: "2024D007847", document: "motion" };
const chunk = 64 * 1024;
const sealedChunk = chunk + 16;

const { dataKey, envelope } = await newDataKey(ring, context, 1);
const encrypt = (plain: Uint8Array, pieces?: number) => through(plain, encryptDocument(dataKey, context), pieces);
const decrypt = (sealed: Uint8Array, of = context, pieces?: number) =>
  through(sealed, decryptDocument(dataKey, of), pieces);
const notAuthentic = { name: "DocumentError", problem: "not-authentic" };

describe("the encryption of a document", () => {
  it("gives back any content, however it is cut on the way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ min: 0, max: 300 }),
          fc.constantFrom(chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7),
        ),
        fc.constantFrom(1_000, 4_096, 65_535, 65_536, 65_537, 1_000_000),
        async (length, pieces) => {
          const plain = bytes(length);
          const sealed = await encrypt(plain, pieces);
          expect(sealed.length).toBe(ciphertextLength(length));
          expect(Buffer.compare(await decrypt(sealed, context, pieces + 1), plain)).toBe(0);
        },
      ),
      { seed, numRuns: 30 },
    );
  });

  it("finds one changed byte anywhere, and gives out nothing from there on", async () => {
    const plain = bytes(2 * chunk + 100);
    const sealed = await encrypt(plain);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, difference) => {
        const changed = sealed.slice();
        changed[at] = (changed[at] ?? 0) ^ difference;
        const given: Uint8Array[] = [];
        await expect(collect(changed, decryptDocument(dataKey, context), given)).rejects.toMatchObject(notAuthentic);
        const before = Math.floor(at / sealedChunk) * chunk;
        const length = given.reduce((sum, part) => sum + part.length, 0);
        expect(length).toBeLessThanOrEqual(before);
        expect(Buffer.compare(Buffer.concat(given), plain.subarray(0, length))).toBe(0);
      }),
      { seed, numRuns: 60 },
    );
  });

  it("finds a ciphertext that was cut anywhere, between chunks too", async () => {
    const sealed = await encrypt(bytes(3 * chunk));
    for (const length of [
      0,
      1,
      15,
      16,
      sealedChunk - 1,
      sealedChunk,
      sealedChunk + 1,
      2 * sealedChunk,
      sealed.length - 1,
    ]) {
      await expect(decrypt(sealed.subarray(0, length))).rejects.toMatchObject(notAuthentic);
    }
  });

  it("finds chunks that were reordered, doubled, left out or added", async () => {
    const sealed = await encrypt(bytes(4 * chunk));
    const at = (index: number) => sealed.subarray(index * sealedChunk, (index + 1) * sealedChunk);
    for (const order of [
      [1, 0, 2, 3],
      [0, 2, 1, 3],
      [0, 1, 3, 2],
      [0, 0, 1, 2, 3],
      [0, 1, 3],
      [0, 1, 2, 3, 3],
    ]) {
      await expect(decrypt(Buffer.concat(order.map(at)))).rejects.toMatchObject(notAuthentic);
    }
    await expect(decrypt(Buffer.concat([sealed, Buffer.of(0)]))).rejects.toMatchObject(notAuthentic);
  });

  it("opens for no other tenant, case or document", async () => {
    const sealed = await encrypt(bytes(10));
    for (const other of others()) {
      await expect(decrypt(sealed, other)).rejects.toMatchObject(notAuthentic);
    }
  });

  it("refuses the ciphertext of another document of the same case, even with that one's key", async () => {
    const other = { ...context, document: "order" };
    const swapped = await newDataKey(ring, other, 1);
    const sealed = await through(bytes(10), encryptDocument(swapped.dataKey, other));
    await expect(decrypt(sealed)).rejects.toMatchObject(notAuthentic);
    await expect(openEnvelope(ring, context, 1, swapped.envelope)).rejects.toMatchObject(notAuthentic);
    await expect(through(sealed, decryptDocument(swapped.dataKey, context))).rejects.toMatchObject(notAuthentic);
  });

  it("holds one chunk of a document of 50 MB, not the document", async () => {
    const piece = bytes(2 ** 20);
    let made = 0;
    let taken = 0;
    let ahead = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (made === 50 * piece.length) return controller.close();
        controller.enqueue(piece);
        made += piece.length;
      },
    });
    const encrypted = source
      .pipeThrough(encryptDocument(dataKey, context))
      .pipeThrough(decryptDocument(dataKey, context));
    for await (const part of encrypted) {
      taken += part.length;
      ahead = Math.max(ahead, made - taken);
    }
    expect(taken).toBe(50 * piece.length);
    expect(ahead).toBeLessThan(4 * piece.length);
  });
});

describe("the envelope of a document", () => {
  it("opens for its own context and version", async () => {
    const opened = await openEnvelope(ring, context, 1, envelope);
    const sealed = await encrypt(bytes(1_000));
    expect(await through(sealed, decryptDocument(opened, context))).toEqual(bytes(1_000));
  });

  it("opens for no other tenant, case or document, however the names are cut", async () => {
    for (const other of others()) {
      await expect(openEnvelope(ring, other, 1, envelope)).rejects.toMatchObject(notAuthentic);
    }
  });

  it("finds one changed byte anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("nonce" as const, "wrappedKey" as const),
        fc.nat(47),
        fc.integer({ min: 1, max: 255 }),
        async (field, at, difference) => {
          const changed = Buffer.from(envelope[field], "base64url");
          const index = at % changed.length;
          changed[index] = (changed[index] ?? 0) ^ difference;
          const forged: Envelope = { ...envelope, [field]: changed.toString("base64url") };
          await expect(openEnvelope(ring, context, 1, forged)).rejects.toMatchObject(notAuthentic);
        },
      ),
      { seed, numRuns: 60 },
    );
  });

  it("is rewrapped without a change to the ciphertext", async () => {
    const plain = bytes(100_000);
    const sealed = await encrypt(plain);
    const rotated = await rewrap(ring, context, { from: 1, to: 2 }, envelope);
    expect(rotated).toMatchObject({ keyVersion: 2 });
    expect(rotated.wrappedKey).not.toBe(envelope.wrappedKey);
    const withoutFirst = new KeyRing(JSON.stringify({ 2: two }));
    const opened = await openEnvelope(withoutFirst, context, 2, rotated);
    expect(await through(sealed, decryptDocument(opened, context))).toEqual(plain);
  });

  it("is refused when an old one is put back after a rotation, with its own version or a forged one", async () => {
    await expect(openEnvelope(ring, context, 2, envelope)).rejects.toMatchObject({ problem: "replayed-key-version" });
    await expect(openEnvelope(ring, context, 2, { ...envelope, keyVersion: 2 })).rejects.toMatchObject(notAuthentic);
    await expect(rewrap(ring, context, { from: 2, to: 3 }, envelope)).rejects.toMatchObject({
      problem: "replayed-key-version",
    });
  });

  it("says that a version of the root key is gone", async () => {
    const withoutFirst = new KeyRing(JSON.stringify({ 2: two }));
    await expect(openEnvelope(withoutFirst, context, 1, envelope)).rejects.toMatchObject({
      problem: "unknown-key-version",
    });
  });
});

describe("the root key", () => {
  it("is refused in any other shape, without a word of it", () => {
    for (const text of [
      "",
      one,
      `"${one}"`,
      "[]",
      "{}",
      `{"0":"${one}"}`,
      `{"1":"short"}`,
      `{"x":"${one}"}`,
      `{"1":1}`,
    ]) {
      const making = () => new KeyRing(text);
      expect(making).toThrow(/a JSON object of version to secret/);
      expect(making).not.toThrow(/first root|short/);
    }
  });
});

function others(): DocumentContext[] {
  return [
    { ...context, tenant: "circuit" },
    { ...context, case: "2024D007848" },
    { ...context, case: "2024d007847" },
    { ...context, document: "motion2" },
    { tenant: 'circuit-court","2024D007847', case: "motion", document: "" },
    { tenant: "circuit-court2024D007847", case: "", document: "motion" },
  ];
}

/** Not random, so that a failure can be looked at; no two chunks are alike. */
function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + Math.floor(index / 251)) % 256);
}

async function through(
  content: Uint8Array,
  transform: TransformStream<Uint8Array, Uint8Array>,
  pieces = 50_000,
): Promise<Uint8Array> {
  const given: Uint8Array[] = [];
  await collect(content, transform, given, pieces);
  return new Uint8Array(Buffer.concat(given));
}

async function collect(
  content: Uint8Array,
  transform: TransformStream<Uint8Array, Uint8Array>,
  given: Uint8Array[],
  pieces = 50_000,
): Promise<void> {
  const cut = Array.from({ length: Math.ceil(content.length / pieces) }, (_, index) =>
    content.subarray(index * pieces, (index + 1) * pieces),
  );
  for await (const part of ReadableStream.from(cut).pipeThrough(transform)) given.push(part);
}
