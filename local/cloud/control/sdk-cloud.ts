import Cloudflare from "cloudflare";
import { toFile } from "cloudflare/uploads";
import { openTestCloud, type TestCloud } from "./test-cloud.ts";

/** A test cloud with the `cloudflare` SDK, unchanged, as its client: what the SDK types is what it gets. */
export interface SdkCloud extends TestCloud {
  client: Cloudflare;
  account_id: { account_id: string };
  zone_id: { zone_id: string };
  clientWith(apiToken: string): Cloudflare;
  /** Uploads a script with `fetch`, `queue` and the classes `Room` and `Flow`. */
  upload(name: string, metadata?: Record<string, unknown>): Promise<void>;
}

export function openSdkCloud(): SdkCloud {
  const cloud = openTestCloud();
  const clientWith = (apiToken: string) =>
    new Cloudflare({
      apiToken,
      baseURL: "http://127.0.0.1/client/v4",
      maxRetries: 0,
      // The SDK tries forms on a `data:` URL first.
      fetch: async (input, init) =>
        String(input).startsWith("data:") ? fetch(input, init) : cloud.app.fetch(new Request(input, init)),
    });
  const client = clientWith(cloud.token);
  return {
    ...cloud,
    client,
    clientWith,
    account_id: { account_id: cloud.account },
    zone_id: { zone_id: cloud.zone },
    async upload(name, metadata = {}) {
      const form = { main_module: "worker.mjs", compatibility_date: "2026-01-01", ...metadata };
      const body = { account_id: cloud.account, metadata: form, files: [await moduleFile()] };
      await client.workers.scripts.update(name, body as never, asForm);
    },
  };
}

/** Every item of a list of pages. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

export const moduleCode = "export default { fetch() {}, queue() {} }\nexport class Room {}\nexport class Flow {}";
export const moduleFile = () =>
  toFile(Buffer.from(moduleCode), "worker.mjs", { type: "application/javascript+module" });

/** The SDK says `application/javascript` of every upload; a form must say what it is itself. */
export const asForm = { headers: { "content-type": null } };
