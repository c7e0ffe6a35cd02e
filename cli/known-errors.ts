import { CatalogError } from "../catalog/index.ts";
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
  return error;
}
