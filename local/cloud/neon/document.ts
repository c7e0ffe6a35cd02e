import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Document, OpenAPIBackend } from "openapi-backend";

export const neonRoot = "/api/v2";

let opened: Promise<OpenAPIBackend> | undefined;

/** Neon's own description of its API, as its client carries it, ready to match and check. Read at the first use: it takes half a second. */
export function neonDocument(): Promise<OpenAPIBackend> {
  opened ??= open();
  return opened;
}

async function open(): Promise<OpenAPIBackend> {
  // Their code alone costs a daemon that nobody asks for Neon a third of a second and 15 MB.
  const [{ OpenAPIBackend }, { parse }] = await Promise.all([import("openapi-backend"), import("yaml")]);
  const client = dirname(createRequire(import.meta.url).resolve("@neondatabase/api-client/package.json"));
  const definition = parse(readFileSync(join(client, "public-v2-for-users.gen.yaml"), "utf8")) as Document;
  // Who asks is found out before.
  delete definition.security;
  return new OpenAPIBackend({
    definition,
    apiRoot: neonRoot,
    quick: true,
    coerceTypes: true,
    ajvOpts: { allErrors: true },
    customizeAjv: (ajv) => {
      ajv.addFormat("date-time", isDateTime);
      ajv.addFormat("uuid", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
      ajv.addFormat("email", /^[^\s@]+@[^\s@]+$/);
      ajv.addFormat("int", { type: "number", validate: Number.isInteger });
      return ajv;
    },
  }).init();
}

/** RFC 3339, section 5.6. */
function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text));
}
