import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { d1Imports } from "./records/stores.ts";
import { versions } from "./records/workers.ts";
import type { Store } from "./store-interface.ts";

/** Uploads that nobody finished are kept this long. */
const day = 86_400_000;

/**
 * Forgets what no version needs any more: modules, sets of assets and their files, and imports that were under way.
 * Runs when the store is opened, before anything uses it.
 */
export function sweep(store: Store): void {
  const all = store.list(versions);
  store.transaction(() => {
    for (const { databaseId, filename } of store.list(d1Imports)) store.remove(d1Imports, databaseId, filename);
    store.sweepBlobs(new Set(all.flatMap(({ modules }) => modules.map(({ hash }) => hash))));
  });
  const used = new Set(all.flatMap(({ assets }) => assets?.directory ?? []));
  const sets = join(store.directory, "assets", "sets");
  for (const set of entries(sets)) {
    if (!used.has(join("assets", "sets", set))) rmSync(join(sets, set), { recursive: true, force: true });
  }
  const contents = join(store.directory, "assets", "content");
  for (const account of entries(contents)) {
    for (const name of entries(join(contents, account))) {
      const file = join(contents, account, name);
      const { nlink, mtimeMs } = statSync(file);
      // A set holds its files as links, so a file without another link is in none.
      if (nlink === 1 && Date.now() - mtimeMs > day) rmSync(file);
    }
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
