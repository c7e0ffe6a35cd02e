import { randomUUID } from "node:crypto";

/** One part of a form. A part with a file name is a module to Cloudflare, one without is a value. */
export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly content: string | Uint8Array;
}

/**
 * A multipart form as bytes, with exactly the given headers: `FormData` would add a file name to every typed part.
 * Source: RFC 7578.
 */
export function multipart(parts: readonly Part[]): { body: Uint8Array; contentType: string } {
  const boundary = `chittyops-${randomUUID()}`;
  const chunks = parts.flatMap((part) => {
    const filename = part.filename === undefined ? "" : `; filename="${escaped(part.filename)}"`;
    const type = part.type === undefined ? "" : `Content-Type: ${part.type}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(part.name)}"${filename}\r\n${type}\r\n`;
    return [Buffer.from(head), Buffer.from(part.content), Buffer.from("\r\n")];
  });
  const body = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}

function escaped(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
