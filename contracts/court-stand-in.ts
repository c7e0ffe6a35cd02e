import { z } from "zod";

/** Where the built Worker is, relative to the repository. */
export const courtStandInBundle = "runtime/dist/court-stand-in.mjs";

/**
 * What stands in for a court's system in `local` is told: the variable `COURT`, as JSON. It is bound to a KV namespace `FILINGS` and takes
 * filings at `POST /filings`; children name it as `court: { system, url: "<its address>/filings" }` (contracts/lite-child.ts).
 */
export const courtStandIn = z.object({
  /** The audience that filings are signed for, e.g. `efile`. */
  system: z.string().min(1),
  /** Id of each child that may file, to the address of its public keys: `<url of the child>/.well-known/jwks.json`. */
  children: z.record(z.string(), z.url()),
});
