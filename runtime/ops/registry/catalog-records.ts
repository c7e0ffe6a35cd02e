import type { KVNamespace } from "@cloudflare/workers-types";
import { type RegistryRecord, recordPrefix, registryRecord } from "../../../contracts/registry-record.ts";
import { inParallel } from "../outbound/in-parallel.ts";

const mostPages = 10;

/** The records of the catalog's services, which their components write. */
export class CatalogRecords {
  readonly #store: KVNamespace;

  constructor(store: KVNamespace) {
    this.#store = store;
  }

  /** Names of all services that have a record, at most ten thousand. */
  async names(): Promise<string[]> {
    const names: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const listed = await this.#store.list({ prefix: recordPrefix, ...(cursor !== undefined && { cursor }) });
      names.push(...listed.keys.map(({ name }) => name.slice(recordPrefix.length)));
      if (listed.list_complete) return names;
      cursor = listed.cursor;
    }
    throw new Error(`the registry's store has more than ${mostPages} pages of records`);
  }

  /** Those that keep the contract; one that does not stays as it was known before. */
  async read(names: readonly string[]): Promise<RegistryRecord[]> {
    const found = await inParallel(names, 6, async (name) => {
      const parsed = registryRecord.safeParse(await this.#store.get(recordPrefix + name, "json"));
      if (parsed.success && parsed.data.name === name) return [parsed.data];
      console.warn(`The registry's record of ${name} does not keep its contract: deploy it again.`);
      return [];
    });
    return found.flat();
  }
}
