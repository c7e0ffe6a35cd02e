import type { Phase } from "../output/phase.ts";
import type { PackOptions } from "../policies/pack-options.ts";
import { UserError } from "../user-error.ts";
import { EngineFailed } from "./engine-failed.ts";
import type { ReadyStack } from "./ready-stack.ts";
import { type Failure, UpdateLog } from "./update-log.ts";
import { shortType } from "./urn.ts";

export type Operation = "up" | "preview" | "refresh" | "preview-refresh" | "destroy" | "preview-destroy";

export interface UpdateOutcome {
  log: UpdateLog;
  /** How the engine ended when it did not end well. */
  error?: EngineFailed;
}

/**
 * Runs one engine operation and follows it on `phase`. Does not throw for what the engine says; a defect of ours it does.
 * @param packs of an `up` or a `preview`.
 */
export async function runUpdate(
  ready: ReadyStack,
  operation: Operation,
  phase: Phase,
  packs?: PackOptions,
): Promise<UpdateOutcome> {
  const log = new UpdateLog();
  const options = {
    color: "never",
    onEvent: (event: Parameters<UpdateLog["follow"]>[0]) => {
      log.follow(event);
      phase.update(log.progress);
    },
  } as const;
  const { automation } = ready;
  try {
    if (operation === "up") await automation.up({ ...options, ...packs, continueOnError: true });
    else if (operation === "preview") await automation.preview({ ...options, ...packs });
    else if (operation === "refresh") await automation.refresh(options);
    else if (operation === "preview-refresh") await automation.previewRefresh(options);
    else if (operation === "destroy") await automation.destroy({ ...options, continueOnError: true });
    else await automation.previewDestroy(options);
    return { log };
  } catch (error) {
    if (!(error instanceof EngineFailed)) throw error;
    return { log, error };
  }
}

/** What a failed operation looks like to the person who ran it. */
export function updateFailed(outcome: UpdateOutcome, what: string, remedy: string): UserError {
  const { log, error } = outcome;
  const failures = log.failures;
  if (failures.length === 0) {
    const said = engineMessage(error);
    return new UserError(`${what} failed: the engine ${error?.signal ? `was ended by ${error.signal}` : "stopped"}.`, {
      details: said,
      remedy,
      cause: error,
    });
  }
  const count = failures.filter(({ urn }) => urn !== "").length;
  const done = log.summary ? ` Done: ${log.summary}.` : "";
  return new UserError(
    `${what} failed${count > 0 ? `: ${count} ${count === 1 ? "resource" : "resources"} failed` : ""}.${done}`,
    {
      details: failures.flatMap(describeFailure),
      remedy,
      cause: error,
    },
  );
}

/** e.g. `✖ WorkersScript finance (create): 400 …`, longer messages indented below. */
function describeFailure({ name, type, operation, message }: Failure): string[] {
  const [first = "", ...rest] = message.split("\n");
  const head = type === "" ? first : `${shortType(type)} ${name}${operation ? ` (${operation})` : ""}: ${first}`;
  return [head, ...rest.map((line) => `    ${line}`)];
}

function engineMessage(error: EngineFailed | undefined): string[] {
  return (error?.stderr ?? "")
    .split("\n")
    .map((line) => line.replace(/^error: /, "").trimEnd())
    .filter((line) => line !== "");
}
