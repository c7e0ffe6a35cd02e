import { createHash } from "node:crypto";
import { sameDocument } from "../case-file/case-keeper.ts";
import { ciphertextLength, decryptDocument, encryptDocument } from "../documents/document-cipher.ts";
import { envelope as envelopeSchema, newDataKey, openEnvelope } from "../documents/envelope.ts";
import { KeyRing } from "../documents/key-ring.ts";
import { ProblemError, valueOrThrow } from "../problem/problem.ts";
import type { CourtCall } from "./audited.ts";
import { caseFileOf, caseOf, documentOf } from "./court-names.ts";
import { fixedLength } from "./fixed-length.ts";
import { lengthOf } from "./length-of.ts";

/**
 * Takes a document in as it streams by: hashed, encrypted under a key of its own, and stored under a name that nothing had before. It is
 * in the case once the case's file has it.
 */
export async function storeDocument({ context, env, child, who }: CourtCall): Promise<Response> {
  const { tenant } = child;
  const docket = caseOf(context);
  const document = documentOf(context);
  const bytes = lengthOf(context.req.raw, child.quota.documentBytes);
  const contentType = contentTypeOf(context.req.header("content-type"));
  const file = caseFileOf(env, tenant, docket);
  const { keyVersion, existing } = valueOrThrow(await file.prepare(docket, who, document));
  const body = context.req.raw.body;
  if (body === null)
    throw new ProblemError({ status: 400, title: "No document", detail: "The body is empty. Send the document." });
  const hash = createHash("sha256");
  if (existing !== null) {
    for await (const part of body) hash.update(part);
    return Response.json(sameDocument(existing, hash.digest("hex")));
  }
  const place = { tenant, case: docket, document };
  const { dataKey, envelope } = await newDataKey(new KeyRing(env.ROOT_KEY), place, keyVersion);
  const objectKey = ["documents", tenant, docket, document, crypto.randomUUID()].map(encodeURIComponent).join("/");
  const sealed = body
    .pipeThrough(encryptDocument(dataKey, place, (chunk) => hash.update(chunk)))
    .pipeThrough(fixedLength(ciphertextLength(bytes)));
  // The copy of the envelope is for recovery from a backup of the bucket; the case's file alone says which one holds.
  await env.DOCUMENTS.put(objectKey, sealed as never, { customMetadata: { envelope: JSON.stringify(envelope) } });
  const sent = { document, contentType, bytes, digest: hash.digest("hex"), objectKey, envelope };
  const { record, added } = valueOrThrow(await file.add(docket, who, sent));
  return Response.json(record, { status: added ? 201 : 200 });
}

/** Gives a document out. One that was changed where it is stored breaks off: nothing that is not authentic leaves. */
export async function readDocument({ context, env, child, who }: CourtCall): Promise<Response> {
  const docket = caseOf(context);
  const document = documentOf(context);
  const stored = valueOrThrow(await caseFileOf(env, child.tenant, docket).read(docket, who, document));
  const place = { tenant: child.tenant, case: docket, document };
  const envelope = envelopeSchema.parse(stored.envelope);
  const dataKey = await openEnvelope(new KeyRing(env.ROOT_KEY), place, stored.keyVersion, envelope);
  const object = await env.DOCUMENTS.get(stored.objectKey);
  if (object === null) {
    const detail = `The ciphertext of ${document} is not in the bucket. Restore it from the backup.`;
    throw new ProblemError({ status: 500, title: "Document is gone", detail });
  }
  const sealed = object.body as unknown as ReadableStream<Uint8Array>;
  return new Response(sealed.pipeThrough(decryptDocument(dataKey, place)), {
    headers: {
      "content-type": stored.contentType,
      // RFC 9530
      "repr-digest": `sha-256=:${Buffer.from(stored.digest, "hex").toString("base64")}:`,
      "content-disposition": `attachment; filename="${document}"`,
      "content-security-policy": "sandbox",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}

function contentTypeOf(header: string | undefined): string {
  return header !== undefined && /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(header) ? header : "application/octet-stream";
}
