// The small zod: the gate is a process of its own for each service, and the whole one takes longer to load than the check.
import * as z from "zod/mini";

/** What the gate reads from its standard input, as JSON. */
export const gateInput = z.object({
  service: z.string().check(z.minLength(1)),
  /** The health check as the public sees it, e.g. `https://finance.chitty.cc/health`. */
  url: z.url(),
  /** Where to dial instead, e.g. `http://127.0.0.1:41802`; the request still names the host of `url`. */
  dial: z.optional(z.url()),
  /** What `status` of the answer must be. */
  expect: z.string().check(z.minLength(1)),
  /** Of a service behind Access: the service token that lets the gate in. Secret. */
  accessToken: z.optional(z.object({ clientId: z.string(), clientSecret: z.string() })),
  /** Milliseconds until the gate gives up. */
  deadline: z.int().check(z.positive()),
});
export type GateInput = z.infer<typeof gateInput>;
