import { z } from "zod";

/** What the gate reads from its standard input, as JSON. */
export const gateInput = z.object({
  service: z.string().min(1),
  /** The health check as the public sees it, e.g. `https://finance.chitty.cc/health`. */
  url: z.url(),
  /** Where to dial instead, e.g. `http://127.0.0.1:41802`; the request still names the host of `url`. */
  dial: z.url().optional(),
  /** What `status` of the answer must be. */
  expect: z.string().min(1),
  /** Milliseconds until the gate gives up. */
  deadline: z.number().int().positive(),
});
export type GateInput = z.infer<typeof gateInput>;
