import type { webcrypto } from "node:crypto";
import { base64url } from "jose";
import { z } from "zod";
import { authenticated, type DocumentContext, formatVersion } from "./document-context.ts";
import { DocumentError } from "./document-error.ts";
import type { KeyRing } from "./key-ring.ts";

const base64urlText = z.string().regex(/^[A-Za-z0-9_-]+$/);

/** A document's data key, encrypted with the key of its case by AES-256-GCM. Binary parts are base64url. */
export const envelope = z.object({
  format: z.literal(formatVersion),
  /** Version of the root key that the case's key was derived from. */
  keyVersion: z.int().min(1),
  /** 96 random bits. */
  nonce: base64urlText.length(16),
  /** 256 bits of key and 128 of tag. */
  wrappedKey: base64urlText.length(64),
});
export type Envelope = z.infer<typeof envelope>;

/** A new data key, and the envelope to keep. */
export async function newDataKey(
  ring: KeyRing,
  context: DocumentContext,
  keyVersion: number,
): Promise<{ dataKey: webcrypto.CryptoKey; envelope: Envelope }> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  return { dataKey: await importDataKey(raw), envelope: await wrap(ring, context, keyVersion, raw) };
}

/**
 * The data key of a document.
 * @param keyVersion the version that the case is at; an envelope of another one is an old one put back
 * @throws DocumentError
 */
export async function openEnvelope(
  ring: KeyRing,
  context: DocumentContext,
  keyVersion: number,
  sealed: Envelope,
): Promise<webcrypto.CryptoKey> {
  return importDataKey(await unwrap(ring, context, keyVersion, sealed));
}

/**
 * The same data key under another version of the case's key: the document itself stays as it is.
 * @throws DocumentError
 */
export async function rewrap(
  ring: KeyRing,
  context: DocumentContext,
  { from, to }: { from: number; to: number },
  sealed: Envelope,
): Promise<Envelope> {
  return wrap(ring, context, to, await unwrap(ring, context, from, sealed));
}

async function wrap(ring: KeyRing, context: DocumentContext, keyVersion: number, raw: Uint8Array<ArrayBuffer>) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const wrapped = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: authenticated("data-key", context, keyVersion) },
    await ring.caseKey(keyVersion, context),
    raw,
  );
  return {
    format: formatVersion,
    keyVersion,
    nonce: base64url.encode(nonce),
    wrappedKey: base64url.encode(new Uint8Array(wrapped)),
  } as const;
}

async function unwrap(ring: KeyRing, context: DocumentContext, keyVersion: number, sealed: Envelope) {
  const name = `document ${context.document} of case ${context.case}`;
  if (sealed.keyVersion !== keyVersion) {
    throw new DocumentError(
      "replayed-key-version",
      `The key of ${name} is wrapped under version ${sealed.keyVersion}, and the case is at version ${keyVersion}: an old key was put back. Restore the case's record.`,
    );
  }
  const key = await ring.caseKey(keyVersion, context);
  try {
    const raw = await crypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: new Uint8Array(base64url.decode(sealed.nonce)),
        additionalData: authenticated("data-key", context, keyVersion),
      },
      key,
      new Uint8Array(base64url.decode(sealed.wrappedKey)),
    );
    return new Uint8Array(raw);
  } catch {
    throw new DocumentError(
      "not-authentic",
      `The key of ${name} does not open: it is of another tenant, case or document, or it was changed. Restore the case's record.`,
    );
  }
}

function importDataKey(raw: Uint8Array<ArrayBuffer>): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}
