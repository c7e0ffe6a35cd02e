import { randomBytes, randomInt } from "node:crypto";

const adjectives =
  "autumn bitter black bold broad calm cold cool crimson damp dark dawn dry falling floral fragrant frosty gentle green hidden holy icy late lingering little lively long misty morning muddy noisy odd old orange patient plain polished proud purple quiet rapid red restless rough round royal shiny shrill shy silent small snowy soft solitary sparkling spring square steep still summer super sweet tiny twilight wandering weathered white wild winter wispy young".split(
    " ",
  );
const nouns =
  "art bar base bird block boat bonus bread breeze brook bush butterfly cake cell cherry cloud credit darkness dawn dew disk dream dust feather field fire firefly flower fog forest frog frost glade glitter grass hall hat haze heart hill king lab lake leaf limit math meadow mode moon morning mouse mud night paper pine poetry pond queen rain recipe resonance rice river salad scene sea shadow shape silence sky smoke snow snowflake sound star sun sunset surf term thunder tooth tree truth union unit violet voice water wave wildflower wind wood".split(
    " ",
  );

type Prefix = "br" | "ep" | "snap";

/** An id in Neon's form, e.g. `br-quiet-river-a1b2c3d4`. */
export function neonId(prefix: Prefix): string {
  return `${prefix}-${words()}-${randomBytes(4).toString("hex")}`;
}

/** e.g. `quiet-river-12345678`; it is also the name of a project that was given none. */
export function projectId(): string {
  return `${words()}-${String(randomInt(10 ** 8)).padStart(8, "0")}`;
}

export function rolePassword(): string {
  return `npg_${randomBytes(24).toString("base64url")}`;
}

/** Databases are numbered. */
export function databaseId(): number {
  return randomInt(2 ** 31);
}

function words(): string {
  return `${adjectives[randomInt(adjectives.length)]}-${nouns[randomInt(nouns.length)]}`;
}
