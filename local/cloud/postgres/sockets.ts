import { tmpdir } from "node:os";

/** Paths of Unix sockets end at 104 bytes (macOS) or 108 (Linux), terminator included. */
const longestParent = 70;

/** Where folders for sockets are made: the one for temporary files, unless its path is too long. */
export function socketParent(): string {
  const usual = tmpdir();
  return Buffer.byteLength(usual) <= longestParent ? usual : "/tmp";
}
