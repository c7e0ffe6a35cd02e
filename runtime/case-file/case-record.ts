import type { Envelope } from "../documents/envelope.ts";

/** A document of a case, as people see it. */
export interface DocumentRecord {
  document: string;
  /** As the sender said it, e.g. `application/pdf`. */
  contentType: string;
  /** Of the document itself, not of its ciphertext. */
  bytes: number;
  /** SHA-256, hexadecimal. */
  digest: string;
  storedAt: string;
  storedBy: string;
  filedAt: string | null;
}

/** What the document's keeper needs besides: where its ciphertext is, and its wrapped key. */
export interface StoredDocument extends DocumentRecord {
  objectKey: string;
  envelope: Envelope;
}
