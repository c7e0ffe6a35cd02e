import { z } from "zod";

/** A Cloudflare account of the embedded cloud, with the zones it owns. Ids are 32 hexadecimal digits. */
const localAccount = z.object({
  name: z.string().min(1),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  zones: z.array(z.object({ name: z.string().min(1), id: z.string().regex(/^[0-9a-f]{32}$/) })),
});
export type LocalAccount = z.infer<typeof localAccount>;

const neonPlan = z.enum(["free", "launch", "scale"]);

/** A Neon organisation of the embedded cloud; its id is in Neon's form, e.g. `org-quiet-river-12345678`. */
const localNeonOrganization = z.object({ name: z.string().min(1), id: z.string().min(1), plan: neonPlan });
export type LocalNeonOrganization = z.infer<typeof localNeonOrganization>;

/** What the embedded cloud is asked to hold at its first start: accounts and zones, and Neon organisations, by name. */
export const localSeed = z.object({
  accounts: z.array(z.object({ name: z.string().min(1), zones: z.array(z.string().min(1)) })),
  /** Absent: one of the plan `scale` for each account, with its name. */
  neonOrganizations: z
    .array(
      z.object({
        name: z.string().min(1),
        plan: neonPlan.optional(),
        /** How many there may be, instead of the plan's numbers; `branches` is per project. */
        limits: z.object({ projects: z.int().min(0).optional(), branches: z.int().min(1).optional() }).optional(),
      }),
    )
    .optional(),
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
  /** Base of the control API without a path, e.g. `http://127.0.0.1:41801`; Cloudflare's API is below `/client/v4`, Neon's below `/api/v2`. */
  controlUrl: z.url(),
  /** Base of the edge, e.g. `http://127.0.0.1:41802`; dial it and set `Host`. */
  edgeUrl: z.url(),
  accounts: z.array(localAccount),
  neonOrganizations: z.array(localNeonOrganization).default([]),
});
export type LocalDaemon = z.infer<typeof localDaemon>;

/** `<home>/local/tokens.json`, mode 0600: account name to the API token that is good for that account only, likewise for Neon organisations, and the admin token of `/_local`. */
export const localTokens = z.object({
  admin: z.string().min(40),
  accounts: z.record(z.string(), z.string().regex(/^[0-9A-Za-z_-]{40,80}$/)),
  neon: z.record(z.string(), z.string().regex(/^[0-9A-Za-z_-]{40,80}$/)).default({}),
});
export type LocalTokens = z.infer<typeof localTokens>;
