import { createHmac, timingSafeEqual } from "node:crypto";

const dayMilliseconds = 86_400_000;

/** What a form of the dashboard carries to show that the dashboard made it, for this operator: another site cannot know it. */
export const formToken = (secret: string, email: string, now: number): string =>
  tokenOf(secret, email, Math.floor(now / dayMilliseconds));

/** Whether a form was made for this operator today or yesterday. */
export function isFormToken(given: string, secret: string, email: string, now: number): boolean {
  const day = Math.floor(now / dayMilliseconds);
  return [day, day - 1].some((one) => {
    const expected = Buffer.from(tokenOf(secret, email, one));
    const found = Buffer.from(given);
    return found.length === expected.length && timingSafeEqual(found, expected);
  });
}

const tokenOf = (secret: string, email: string, day: number): string =>
  createHmac("sha256", secret).update(`dashboard form\n${email}\n${day}`).digest("base64url");
