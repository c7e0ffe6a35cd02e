import { Writable } from "node:stream";
import type { Decrypter } from "age-encryption";
import { BackupFailed } from "./backup-failed.ts";
import { type Contents, contents } from "./contents.ts";
import { unseal } from "./sealed-file.ts";
import type { StoredBackup } from "./stored-backup.ts";

/** @throws BackupFailed `wrong-key`, or what is wrong with the file. */
export async function readContents(
  backup: StoredBackup,
  pieces: AsyncIterable<Uint8Array>,
  decrypter: Decrypter,
  signal: AbortSignal,
): Promise<Contents> {
  const parts: Buffer[] = [];
  const into = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  const made = { what: `Backup ${backup.folder}`, recipients: backup.manifest.recipients };
  await unseal(pieces, decrypter, { into, made, signal });
  const read = contents.safeParse(JSON.parse(Buffer.concat(parts).toString("utf8")));
  if (read.success) return read.data;
  throw new BackupFailed(
    "corrupted",
    `The contents of ${backup.folder} are of a form that this version does not read.`,
    {
      remedy: "Use the version of chittyops that made it.",
    },
  );
}
