/** Where a document belongs. It is authenticated with the ciphertext, so that neither can be moved. */
export interface DocumentContext {
  tenant: string;
  /** As the court writes it, e.g. `2024D007847`. */
  case: string;
  document: string;
}

/** Of everything that this folder writes. Another way to do it gets another number. */
export const formatVersion = 1;

/** Additional authenticated data: a JSON list, since joined text could be cut in two ways. */
export function authenticated(
  purpose: "chunk" | "data-key",
  context: DocumentContext,
  ...more: number[]
): Uint8Array<ArrayBuffer> {
  const { tenant, document } = context;
  return new TextEncoder().encode(
    JSON.stringify(["chittyops-document", formatVersion, purpose, tenant, context.case, document, ...more]),
  );
}
