import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The daemon's log. Lines are kept out of it that hold a known secret: see `redactWith`. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Appends to `file`; beyond `limit` bytes it becomes `<file>.1` and a new one begins.
 * @param secrets values that must not appear, asked for at each line.
 */
export function fileLog(file: string, options: { secrets?: () => Iterable<string>; limit?: number } = {}): Log {
  const limit = options.limit ?? 5_000_000;
  mkdirSync(dirname(file), { recursive: true });
  let size = existsSync(file) ? statSync(file).size : 0;
  const write = (level: string, message: string): void => {
    let line = `${new Date().toISOString()} ${level} ${message.trimEnd()}\n`;
    for (const secret of options.secrets?.() ?? [])
      if (secret.length >= 4) line = line.replaceAll(secret, "[redacted]");
    try {
      if (size + line.length > limit) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, line);
      size += Buffer.byteLength(line);
    } catch {
      // A full disk must not stop what the log is about.
    }
  };
  return {
    info: (message) => write("info", message),
    warn: (message) => write("warn", message),
    error: (message) => write("error", message),
  };
}
