import type { ServerResponse } from "node:http";

/** An answer of the edge itself, in the manner of Cloudflare's error pages. */
export interface EdgeError {
  status: number;
  /** Cloudflare's number, e.g. 1101. */
  code?: number;
  title: string;
  /** What was found, what it means, what to do; never anything secret. */
  detail: string;
}

export const workerThrew: EdgeError = {
  status: 500,
  code: 1101,
  title: "Worker threw exception",
  detail: "The Worker threw an exception that it did not catch. `chittyops local logs` shows it.",
};

export function sendError(
  response: ServerResponse,
  error: EdgeError,
  headers: { accept?: string | undefined; ray: string },
): void {
  const html = headers.accept?.includes("text/html") ?? false;
  const number = error.code === undefined ? "" : `error code: ${error.code}`;
  const body = html
    ? page(error, number, headers.ray)
    : `${[number, error.title, error.detail].filter(Boolean).join("\n")}\n`;
  response.writeHead(error.status, {
    "content-type": html ? "text/html; charset=UTF-8" : "text/plain; charset=UTF-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "private, no-store",
    "cf-ray": headers.ray,
    server: "cloudflare",
  });
  response.end(body);
}

function page({ status, title, detail }: EdgeError, number: string, ray: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body><h1>${escaped(title)}</h1><p>${escaped(detail)}</p><p>${escaped(number || String(status))} · Ray ID ${escaped(ray)}</p></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
