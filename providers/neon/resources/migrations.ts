import { ConnectionFailed } from "../../../database/connection-failed.ts";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { describeEvent } from "../../../database/migrations/describe-event.ts";
import { migrate } from "../../../database/migrations/migrate.ts";
import type { Phase } from "../../../database/migrations/migration.ts";
import type { ContractAllowed } from "../../../database/migrations/plan.ts";
import { MigrationError, MigrationsRefused } from "../../../database/migrations/problem.ts";
import { readMigrations } from "../../../database/migrations/read-folder.ts";
import { requireSafe } from "../../../database/require-safe.ts";
import { type Review, reviewMigrations } from "../../../database/review-migrations.ts";
import type { ResourceDefinition } from "../../kit/definition.ts";
import { ProviderError } from "../../kit/errors.ts";
import { isMap, type JsonMap, type ValueMap } from "../../kit/value.ts";
import { problemsOf } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { contractAllowed, type Release } from "../contract-allowed.ts";

const text = { type: "string" } as const;

interface Wanted {
  folder: string;
  phase: Phase;
  /** Unknown in the preview of a database that is yet to be made. */
  connectionUri: string | undefined;
  release: Release | undefined;
}

/**
 * The migrations of a database, applied up to what their folder holds. One resource for each phase: `expand` before the deployment of the
 * service, `contract` after it.
 */
export const migrations: ResourceDefinition<NeonClient> = {
  shape: {
    connectionUri: { ...text, required: true, secret: true },
    directory: { ...text, required: true },
    digest: { ...text, required: true },
    phase: { ...text, required: true, replace: true },
    release: {
      type: "object",
      fields: {
        accountId: { ...text, required: true },
        scriptName: { ...text, required: true },
        rollbackSeconds: { type: "number", required: true },
      },
    },
    applied: { type: "list", items: text, output: true },
    held: { type: "list", items: text, output: true },
  },
  check: (inputs) => problemsOf(inputs, { directory: folderProblem, phase: phaseProblem }),
  stale: async (state, inputs, signal) => {
    const { phase, release } = wantedOf(inputs);
    const waits = phase === "contract" && Array.isArray(state.held) && state.held.length > 0;
    if (!waits || release === undefined) return [];
    return (await contractAllowed(release, signal)).ok ? [["held"]] : [];
  },
  plan: (inputs, { signal, log }) =>
    explained(signal, async () => {
      const wanted = wantedOf(inputs);
      const { run, held } = safe(await review(wanted, await allowedFor(wanted, signal), signal));
      for (const { name, does } of run) log(`pending: ${name}: ${does}`);
      if (wanted.phase === "contract") for (const { name, why } of held) log(`held: ${name}: ${why}`);
    }),
  create: async (inputs, { signal, log }) => {
    const { phase, folder } = wantedOf(inputs);
    return { id: `${folder}:${phase}`, outputs: await apply(inputs, signal, log) };
  },
  update: (inputs, _current, { signal, log }) => apply(inputs, signal, log),
  read: ({ id, state, inputs }, { signal }) =>
    explained(signal, async () => {
      const wanted = wantedOf(inputs);
      const { run, problems } = await review(wanted, { ok: false, why: "" }, signal);
      // What is recorded here as applied is not so in the database: it was restored, or somebody edited its record.
      const differs = run.length > 0 || problems.length > 0;
      return { id, outputs: differs ? { ...state, digest: "differs in the database" } : state };
    }),
};

function apply(inputs: JsonMap, signal: AbortSignal, log: (line: string) => void): Promise<JsonMap> {
  return explained(signal, async () => {
    const wanted = wantedOf(inputs);
    const allowed = await allowedFor(wanted, signal);
    safe(await review(wanted, allowed, signal));
    const { held } = await migrate({
      connection: connectionTo(wanted.connectionUri ?? ""),
      folder: wanted.folder,
      phase: wanted.phase,
      contractAllowed: allowed,
      signal,
      onProgress: (event) => {
        const line = describeEvent(event);
        const took = event.kind === "applied" ? ` in ${Math.round(event.durationMs)} ms` : "";
        if (line !== undefined) log(`${line}${took}`);
      },
    });
    const applied = readMigrations(wanted.folder).migrations.map(({ name }) => name);
    return {
      applied: applied.filter((name) => !held.some((one) => one.name === name)),
      held: held.map(({ name, why }) => `${name}: ${why}`),
    };
  });
}

function review(wanted: Wanted, allowed: ContractAllowed, signal: AbortSignal): Promise<Review> {
  const { folder, phase, connectionUri } = wanted;
  const connection = connectionUri === undefined ? undefined : connectionTo(connectionUri);
  return reviewMigrations({ folder, phase, contractAllowed: allowed, connection, signal });
}

/** @throws MigrationError with everything that keeps the pending migrations from being applied. */
function safe(found: Review): Review {
  if (found.problems.length > 0) throw new MigrationsRefused(found.problems);
  requireSafe(found);
  return found;
}

/** Before the deployment only the very first one allows contract migrations: afterwards the version that is live is the old one. */
async function allowedFor({ phase, release, connectionUri }: Wanted, signal: AbortSignal): Promise<ContractAllowed> {
  if (connectionUri === undefined) return { ok: true };
  if (release === undefined) {
    return {
      ok: false,
      why: "nothing here says which versions of the service are live; apply it with `chittyops db migrate --contract`",
    };
  }
  const allowed = await contractAllowed(release, signal);
  if (phase === "contract" || !allowed.ok) return allowed;
  return { ok: false, why: "it runs after the deployment, when the new version is healthy" };
}

/** Failures that a person can put right, as the plugin says such things. */
async function explained<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw isExpected(error) ? new ProviderError(error.message) : error;
  }
}

function wantedOf(inputs: ValueMap): Wanted {
  const { directory, phase, connectionUri, release } = inputs;
  return {
    folder: String(directory),
    phase: phase === "contract" ? "contract" : "expand",
    connectionUri: typeof connectionUri === "string" ? connectionUri : undefined,
    release: releaseOf(release),
  };
}

function releaseOf(release: ValueMap[string] | undefined): Release | undefined {
  if (release === undefined || !isMap(release)) return undefined;
  const { accountId, scriptName, rollbackSeconds } = release;
  if (typeof accountId !== "string" || typeof scriptName !== "string") return undefined;
  return { accountId, scriptName, rollbackSeconds: Number(rollbackSeconds) };
}

function phaseProblem(phase: ValueMap[string]): string | undefined {
  return phase === "expand" || phase === "contract" ? undefined : "must be expand or contract";
}

/** A folder that cannot be read, or holds what is no migration, is a mistake that a preview has to show. */
function folderProblem(directory: ValueMap[string]): string | undefined {
  if (typeof directory !== "string") return undefined;
  try {
    readMigrations(directory);
    return undefined;
  } catch (error) {
    if (isExpected(error)) return `cannot be used: ${error.message}`;
    throw error;
  }
}

/** What a person can put right; anything else is a bug. */
function isExpected(error: unknown): error is Error {
  return error instanceof MigrationError || error instanceof ConnectionFailed;
}
