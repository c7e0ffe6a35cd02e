const mark = "[redacted]";

/** Names of members whose values are secrets, or data that may hold some, wherever they stand in a body. */
const secretMembers =
  /^(password|secret|secret_text|client_secret|access_client_secret|token|value|key_base64|key_jwk|jwt|private_key|api_token|apitoken|authorization|secret_access_key|secretaccesskey|sql|params|batch|body|messages|content_base64|destination_conf)$/i;

/** Types of bindings whose `text`, `json` or key is a secret. */
const secretBindings = new Set(["secret_text", "secret_key"]);

/**
 * A copy of a JSON body with secrets replaced. Errs on the safe side: every member called `value` goes, since it is the value of a
 * secret, a token or a KV entry as often as a harmless setting; and so does the text of a binding that is not known to be plain.
 */
export function redact(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(redact);
  if (typeof body !== "object" || body === null) return body;
  const isSecretBinding = "type" in body && secretBindings.has(String(body.type));
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const secret =
        (secretMembers.test(name) && !isEmpty(value)) ||
        (isSecretBinding && !["type", "name", "algorithm"].includes(name));
      return [name, secret ? mark : redact(value)];
    }),
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

/** Secrets can stand in a query too, e.g. of an upload. */
export function redactPath(url: URL): string {
  const query = new URLSearchParams(url.search);
  for (const name of [...query.keys()]) {
    if (secretMembers.test(name) || /token|secret|signature|key$/i.test(name)) query.set(name, mark);
  }
  const text = query.toString();
  return text ? `${url.pathname}?${text}` : url.pathname;
}
