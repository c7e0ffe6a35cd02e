import { fileURLToPath } from "node:url";
import { CatalogError } from "../catalog/index.ts";
import { CoreOutputsError } from "../contracts/core-outputs.ts";
import { BackupFailed } from "../database/backup/backup-failed.ts";
import { ConnectionFailed } from "../database/connection-failed.ts";
import { MigrationError } from "../database/migrations/problem.ts";
import { SeedsRefused } from "../database/seed/seed-problem.ts";
import { DaemonError } from "../local/cloud/client.ts";
import { EngineUnavailable } from "../local/engine/engine-unavailable.ts";
import { ProviderError } from "../providers/kit/errors.ts";
import { EngineFailed } from "./engine/engine-failed.ts";
import { UserError } from "./user-error.ts";

/** What other rooms throw for a mistake of the user or a lack of the machine, with a message that says everything. */
const telling = [
  CatalogError,
  CoreOutputsError,
  DaemonError,
  EngineUnavailable,
  MigrationError,
  ConnectionFailed,
  BackupFailed,
  SeedsRefused,
  // What Neon's API said, without the key that the client's own errors hold.
  ProviderError,
];

/** The error as it is shown: those of other rooms that need no stack trace become user errors. */
export function asShown(error: unknown): unknown {
  if (error instanceof Error && telling.some((known) => error instanceof known)) {
    const [first = error.name, ...details] = error.message.trimEnd().split("\n");
    return new UserError(first, { details, cause: error });
  }
  if (error instanceof EngineFailed) {
    const said = error.stderr.split("\n").filter((line) => line.trim() !== "");
    return new UserError("The engine failed.", {
      details: said.map((line) => line.replace(/^error: /, "")),
      cause: error,
    });
  }
  if (error instanceof Error) {
    const remedy = circumstanceOf(error);
    if (remedy !== undefined)
      return new UserError(`Postgres could not go on: ${error.message}.`, { remedy, cause: error });
  }
  if (error instanceof SyntaxError) return unreadable(error) ?? error;
  return error;
}

/** What to do where Postgres refused a statement for nothing that is wrong with it. Source: https://www.postgresql.org/docs/18/errcodes-appendix.html */
function circumstanceOf(error: Error): string | undefined {
  if (/^Connection terminated/.test(error.message)) return "the connection was lost; run the same command again";
  // Postgres's own, told apart without pg's class for it, which would load all of pg at each start.
  if (!("severity" in error && "code" in error && typeof error.code === "string")) return undefined;
  const { code } = error;
  if (code === "53100") return "delete what nobody needs, or raise the database's storage quota, then run it again";
  if (/^(08|53|57)/.test(code)) return "run the same command again when the database has what it needs";
  if (code === "42501") return "run `npx chittyops up`, which gives the roles of the database their rights again";
  return undefined;
}

/** A file that is just being written, a rule for example: Node names its place before the message. */
function unreadable(error: SyntaxError): UserError | undefined {
  const place = /^((?:file:\/\/)?\/[^\n]+?):(\d+)\n([\s\S]*?)\n\n?SyntaxError/.exec(error.stack ?? "");
  if (place === null) return undefined;
  const [, file = "", line = "", snippet = ""] = place;
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  return new UserError(`${path}:${line} is no TypeScript that Node can run: ${error.message}.`, {
    details: snippet.split("\n"),
    remedy: "put it right; `npm run check` finds everything of that kind",
    cause: error,
  });
}
