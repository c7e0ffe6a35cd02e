import { rm } from "node:fs/promises";
import { join } from "node:path";
import { d1Access } from "./d1-access.ts";
import { kvAccess } from "./kv-access.ts";
import { objectFolders } from "./object-folders.ts";
import type { Pack } from "./pack.ts";
import { r2Access } from "./r2-access.ts";

/**
 * Empties a store. The storage process has its files open, so that stores are emptied through it; the folder of a Durable Object namespace is
 * removed, so no process may hold that namespace any more.
 */
export async function dropStorage(
  from: { storage: () => Pack; objectsDirectory: string },
  kind: "kv" | "r2" | "d1" | "durable-object",
  id: string,
): Promise<void> {
  switch (kind) {
    case "kv":
      return emptyKv(kvAccess(from.storage, id));
    case "r2":
      return emptyR2(r2Access(from.storage, id));
    case "d1":
      return emptyD1(d1Access(from.storage, id));
    case "durable-object":
      for (const folder of objectFolders(from.objectsDirectory)) {
        await rm(join(folder, id.replaceAll("/", "")), { recursive: true, force: true });
      }
  }
}

async function emptyKv(kv: ReturnType<typeof kvAccess>): Promise<void> {
  for (;;) {
    const { keys } = await kv.list({ limit: 100 });
    if (keys.length === 0) return;
    await Promise.all(keys.map(({ name }) => kv.delete(name)));
  }
}

async function emptyR2(r2: ReturnType<typeof r2Access>): Promise<void> {
  for (;;) {
    const { objects } = await r2.list({ limit: 100 });
    if (objects.length === 0) return;
    await Promise.all(objects.map(({ key }) => r2.delete(key)));
  }
}

async function emptyD1(d1: ReturnType<typeof d1Access>): Promise<void> {
  const [made] = await d1.query(
    "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    [],
  );
  const drops = (made?.results ?? []).flatMap(({ type, name }) =>
    type === "table" || type === "view"
      ? [`DROP ${String(type).toUpperCase()} "${String(name).replaceAll('"', '""')}"`]
      : [],
  );
  if (drops.length > 0) await d1.query(["PRAGMA defer_foreign_keys = true", ...drops].join(";\n"), []);
}
