import { dsse } from "@sigstore/core";
import { z } from "zod";

/** A signature and the id of the key that made it. */
interface Signature {
  keyid: string;
  sig: Uint8Array;
}

/** A statement as it was signed. */
export interface Envelope {
  payloadType: string;
  payload: Uint8Array;
  signatures: Signature[];
}

const envelope = z.strictObject({
  payload: z.base64(),
  payloadType: z.string(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.base64() })).min(1),
});

/** The bytes that are signed: DSSE 1.0, "Signature Definition". */
export const signedBytes = (payloadType: string, payload: Uint8Array): Uint8Array =>
  dsse.preAuthEncoding(payloadType, Buffer.from(payload));

export function serializeEnvelope({ payload, payloadType, signatures }: Envelope): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  const body = {
    payload: base64(payload),
    payloadType,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: base64(sig) })),
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}

/**
 * Reads an envelope, and refuses any that is not written exactly as `serializeEnvelope` writes it: a signature does not cover white space
 * or the unused bits of base64, and one changed byte has to be found wherever it is.
 */
export function parseEnvelope(text: string): Envelope | undefined {
  const parsed = envelope.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { payload, payloadType, signatures } = parsed.data;
  const read = {
    payload: Buffer.from(payload, "base64"),
    payloadType,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: Buffer.from(sig, "base64") })),
  };
  return serializeEnvelope(read) === text ? read : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
