import { z } from "zod";

/** A Cloudflare account of the embedded cloud, with the zones it owns. Ids are 32 hexadecimal digits. */
const localAccount = z.object({
  name: z.string().min(1),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  zones: z.array(z.object({ name: z.string().min(1), id: z.string().regex(/^[0-9a-f]{32}$/) })),
});
export type LocalAccount = z.infer<typeof localAccount>;

/** What the embedded cloud is asked to hold at its first start: accounts and zones by name. */
export const localSeed = z.object({
  accounts: z.array(z.object({ name: z.string().min(1), zones: z.array(z.string().min(1)) })),
});
export type LocalSeed = z.infer<typeof localSeed>;

/**
 * The descriptor `<home>/local/daemon.json` that a running embedded cloud writes once it serves requests,
 * and removes when it stops. It holds no secret.
 */
export const localDaemon = z.object({
  version: z.literal(1),
  pid: z.number().int().positive(),
  startedAt: z.iso.datetime(),
  /** Base of the control API without a path, e.g. `http://127.0.0.1:41801`; Cloudflare's API is below `/client/v4`. */
  controlUrl: z.url(),
  /** Base of the edge, e.g. `http://127.0.0.1:41802`; dial it and set `Host`. */
  edgeUrl: z.url(),
  accounts: z.array(localAccount),
});
export type LocalDaemon = z.infer<typeof localDaemon>;

/** `<home>/local/tokens.json`, mode 0600: account name to the API token that is good for that account only, and the admin token of `/_local`. */
export const localTokens = z.object({
  admin: z.string().min(40),
  accounts: z.record(z.string(), z.string().regex(/^[0-9A-Za-z_-]{40,80}$/)),
});
export type LocalTokens = z.infer<typeof localTokens>;
