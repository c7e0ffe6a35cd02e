import type { z } from "zod";
import type { Plane } from "./plane-client.ts";
import { query } from "./plane-for.ts";

/** Everything that the plane shows page by page: each page says after what the next one begins, the last one nothing. */
export async function allPages<Page extends { next?: string | undefined }, Item>(
  plane: Plane,
  path: string,
  parameters: Parameters<typeof query>[0],
  schema: z.ZodType<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page: Page = await plane.get(`${path}${query({ ...parameters, after })}`, schema);
    items.push(...itemsOf(page));
    after = page.next;
  } while (after !== undefined);
  return items;
}
