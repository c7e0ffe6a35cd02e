import { createHmac } from "node:crypto";

/** `until`: from then on (milliseconds since the epoch) it signs no more. */
export interface SigningSecret {
  secret: string;
  until?: number;
}

/** The headers of a Standard Webhook: one signature by each secret in use. */
export function signWebhook(
  { id, body }: { id: string; body: string },
  secrets: readonly SigningSecret[],
  now: number,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secrets
    .filter(({ until }) => until === undefined || until > now)
    .map(({ secret }) => {
      const key = Buffer.from(secret.slice("whsec_".length), "base64");
      return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
    });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/** The secrets after a rotation: the new one, and the one before for as long as it is to overlap. Older ones sign no more. */
export function rotated(
  secrets: readonly SigningSecret[],
  secret: string,
  until: number,
  now: number,
): SigningSecret[] {
  const [before] = secrets;
  return [{ secret }, ...(before !== undefined && until > now ? [{ secret: before.secret, until }] : [])];
}
