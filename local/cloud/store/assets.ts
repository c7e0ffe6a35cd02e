import { createHash } from "node:crypto";
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { collection } from "./collection.ts";

/** Request path to the hash that the client chose for the file's content. */
export type AssetManifest = Record<string, { hash: string; size: number }>;

/** An upload of static assets that was begun. */
export interface AssetSessionRecord {
  id: string;
  accountId: string;
  /** Key of the script that it is for. */
  scriptKey: string;
  manifest: AssetManifest;
}

export const assetSessions = collection({
  kind: "asset-session",
  scope: (session: AssetSessionRecord) => session.accountId,
  id: (session) => session.id,
});

/** The files of static assets, kept beside the store: once per account and hash, and linked together per set. */
export interface AssetFiles {
  has(accountId: string, hash: string): boolean;
  put(accountId: string, hash: string, content: Uint8Array): void;
  /** The folder, relative to the store's, that holds the files of a manifest under their request paths; made if it is not there. */
  directoryOf(accountId: string, manifest: AssetManifest): string;
}

/** @param directory of the store. */
export function assetFiles(directory: string): AssetFiles {
  const contentOf = (accountId: string, hash: string) => join(directory, "assets", "content", accountId, hash);
  return {
    has: (accountId, hash) => existsSync(contentOf(accountId, hash)),
    put(accountId, hash, content) {
      const file = contentOf(accountId, hash);
      mkdirSync(dirname(file), { recursive: true });
      // A file that is there is whole: it gets its name only once it is written.
      const temporary = `${file}.${process.pid}.part`;
      writeFileSync(temporary, content, { flush: true });
      renameSync(temporary, file);
    },
    directoryOf(accountId, manifest) {
      const paths = Object.keys(manifest).sort();
      const digest = createHash("sha256").update(accountId);
      for (const path of paths) digest.update(`\0${path}\0${manifest[path]?.hash}`);
      const set = join("assets", "sets", digest.digest("hex"));
      const target = join(directory, set);
      if (existsSync(target)) return set;
      const sets = dirname(target);
      mkdirSync(sets, { recursive: true });
      const temporary = mkdtempSync(join(sets, "part-"));
      for (const path of paths) {
        const file = join(temporary, path);
        mkdirSync(dirname(file), { recursive: true });
        linkOrCopy(contentOf(accountId, manifest[path]?.hash ?? ""), file);
      }
      try {
        renameSync(temporary, target);
      } catch (error) {
        rmSync(temporary, { recursive: true, force: true });
        if (!existsSync(target)) throw error;
      }
      return set;
    },
  };
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
