import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Session } from "../../session.ts";
import type { Plane } from "../plane-client.ts";

/** Writes the audit trail of a plane to a file, which is there whole or not at all. @throws UserError when the plane does not send it */
export async function downloadExport(session: Session, plane: Plane, file: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await pipeline(await plane.stream("/api/v1/audit/export"), createWriteStream(unfinished, { mode: 0o600 }), {
      signal: session.signal,
    });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
