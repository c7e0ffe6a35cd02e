/** What every answer carries: browsers come back by TLS only (RFC 6797), and take no answer for something else than it says it is. */
export function withSafeHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  setSafeHeaders(headers);
  return new Response(response.body, { status: response.status, headers });
}

/** The same, of an answer that was made here: one that was fetched cannot be changed. */
export function setSafeHeaders(headers: Headers): void {
  headers.set("strict-transport-security", "max-age=31536000");
  headers.set("x-content-type-options", "nosniff");
}
