import { z } from "zod";

/**
 * What the shell Worker is told about the service it stands in for: the variable `SHELL`, as JSON. It is text, since the provider sends
 * what a JSON binding holds as a string anyway.
 * It holds no secret: a binding is known by its name and its kind in the catalog.
 */
export const shellManifest = z.object({
  service: z.string().min(1),
  environment: z.string().min(1),
  /** Path and `status` of the health answer. */
  health: z.object({ path: z.string().startsWith("/"), expect: z.string().min(1) }),
  /** Name of each binding to its kind. */
  bindings: z.record(z.string().min(1), z.string().min(1)),
  /** Name of each binding that was declared and not made to the reason, e.g. `its database is not there yet`. */
  missing: z.record(z.string().min(1), z.string().min(1)),
});
export type ShellManifest = z.infer<typeof shellManifest>;

/** Name of the variable that holds the manifest. */
export const shellManifestBinding = "SHELL";

/** Name of the secret that a caller of the shell must show to have the bindings tried: `Authorization: Bearer <token>`. */
export const shellTokenBinding = "SHELL_TOKEN";

/** What trying one binding gave. `unavailable`: the platform has no such thing, e.g. AI in `local`. `missing`: declared, not made. */
const bindingReport = z.object({
  name: z.string(),
  kind: z.string(),
  status: z.enum(["ok", "unavailable", "missing", "error"]),
  detail: z.string().optional(),
});
export type BindingReport = z.infer<typeof bindingReport>;

/** `GET /api/v1/status` of the shell; `bindings` and `counts` only for a caller with the token. */
export const shellStatus = z.object({
  service: z.string(),
  environment: z.string(),
  hosting: z.literal("shell"),
  version: z.object({ id: z.string(), tag: z.string(), timestamp: z.string() }).optional(),
  bindings: z.array(bindingReport).optional(),
  /** Events handled: since the isolate started, or since ever where `durable`. */
  counts: z
    .object({ scheduled: z.number(), queue: z.number(), tail: z.number(), email: z.number(), durable: z.boolean() })
    .optional(),
});
export type ShellStatus = z.infer<typeof shellStatus>;
