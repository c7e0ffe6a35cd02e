import { randomBytes } from "node:crypto";
import { webhookSecret } from "../../contracts/ops-deliveries.ts";
import { UserError } from "../user-error.ts";

/**
 * The secret of a webhook: from the environment, so that it is on no command line, or a new one, which is told to whoever asked and to
 * nobody again.
 */
export function webhookSecretOf(environment: NodeJS.ProcessEnv = process.env): { secret: string; made: boolean } {
  const given = environment.CHITTYOPS_WEBHOOK_SECRET;
  if (given === undefined || given === "") return { secret: `whsec_${randomBytes(32).toString("base64")}`, made: true };
  if (webhookSecret.safeParse(given).success) return { secret: given, made: false };
  throw new UserError("CHITTYOPS_WEBHOOK_SECRET is no secret of a Standard Webhook.", {
    expected: "`whsec_` and 24 to 64 random bytes in Base64",
    remedy: "leave it unset, and one is made",
  });
}
