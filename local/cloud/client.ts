import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalDaemon, type LocalSeed, type LocalTokens, localDaemon, localTokens } from "../../contracts/local.ts";
import { daemonFiles } from "./daemon/files.ts";
import { ended, endOrphans, recordedDaemon, signal } from "./daemon/processes.ts";
import { isLocked } from "./daemon/single-instance.ts";
import type { NeonSummary } from "./neon/neon.ts";
import { endOrphans as endPostgresOrphans } from "./postgres/processes.ts";

export type { NeonSummary };

/** The embedded cloud did not do what was asked; the message is for the user. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
}

/** Exit codes of the daemon: a user's mistake, said in full; another one runs or starts. */
const userError = 2;
const alreadyRunning = 3;

export type DaemonStatus =
  | { state: "running"; daemon: LocalDaemon }
  /** A daemon lives but does not serve yet, or is about to end. */
  | { state: "starting" }
  /** `stale`: the descriptor of a daemon that ended without removing it was there (and is removed). */
  | { state: "stopped"; stale: boolean };

/** Whether the embedded cloud of a home runs. */
export async function daemonStatus({ home }: { home: string }): Promise<DaemonStatus> {
  const files = daemonFiles(home);
  if (!isLocked(files.lock)) {
    const stale = existsSync(files.descriptor);
    rmSync(files.descriptor, { force: true });
    return { state: "stopped", stale };
  }
  const daemon = readDescriptor(files.descriptor);
  if (!daemon || daemon.pid !== recordedDaemon(files.processes)?.pid) return { state: "starting" };
  return { state: "running", daemon };
}

/**
 * Starts the embedded cloud of a home, if it does not run yet with all that the seed names, and waits until it serves. It goes on running
 * when the caller ends.
 * @param options.timeout milliseconds.
 * @throws {DaemonError} with the reason and the end of the log.
 */
export async function startDaemon(options: { home: string; seed: LocalSeed; timeout?: number }): Promise<LocalDaemon> {
  const { home, seed, timeout = 60_000 } = options;
  const deadline = Date.now() + timeout;
  const status = await daemonStatus({ home });
  if (status.state === "running") {
    if (holds(status.daemon, seed)) return status.daemon;
    await stopDaemon({ home });
  }
  let child = launch(home, seed);
  while (Date.now() < deadline) {
    const now = await daemonStatus({ home });
    if (now.state === "running") return now.daemon;
    if (child.exitCode === alreadyRunning) {
      // Another one was faster. It is waited for, unless it has ended meanwhile.
      if (now.state === "stopped") child = launch(home, seed);
    } else if (child.exitCode !== null || child.signalCode !== null) {
      throw new DaemonError(startFailure(home, child.exitCode ?? child.signalCode));
    }
    await delay(25);
  }
  child.kill("SIGKILL");
  throw new DaemonError(`The embedded cloud did not serve within ${timeout / 1000} s.\n${logTail(home)}`);
}

/** Ends the embedded cloud of a home. @returns whether one ran. */
export async function stopDaemon({ home, timeout = 30_000 }: { home: string; timeout?: number }): Promise<boolean> {
  const files = daemonFiles(home);
  const deadline = Date.now() + timeout;
  // One that has just begun to start has not recorded itself yet.
  while (!recordedDaemon(files.processes) && isLocked(files.lock) && Date.now() < deadline) await delay(25);
  const daemon = recordedDaemon(files.processes);
  if (daemon) {
    signal(daemon, "SIGTERM");
    if (!(await ended([daemon], timeout))) {
      signal(daemon, "SIGKILL");
      await ended([daemon], 5000);
    }
  }
  await endOrphans(files.processes);
  await endPostgresOrphans(files.postgresProcesses);
  rmSync(files.descriptor, { force: true });
  return daemon !== undefined;
}

/** Ends the embedded cloud and sets its data aside. @returns the folder of the copy, if there was any data. */
export async function resetDaemon({ home }: { home: string }): Promise<{ copy?: string }> {
  await stopDaemon({ home });
  const { cloud } = daemonFiles(home);
  if (!existsSync(cloud)) return {};
  const copy = `${cloud}-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  renameSync(cloud, copy);
  rmSync(join(copy, "tmp"), { recursive: true, force: true });
  return { copy };
}

/** The tokens of a home's embedded cloud. @throws {DaemonError} if there are none yet. */
export function readLocalTokens({ home }: { home: string }): LocalTokens {
  const { tokens } = daemonFiles(home);
  try {
    return localTokens.parse(JSON.parse(readFileSync(tokens, "utf8")));
  } catch {
    throw new DaemonError(`No tokens of an embedded cloud.\n  expected: ${tokens}\n  remedy:   chittyops local start`);
  }
}

/** The last lines of the embedded cloud's log; secrets are not in it. */
export function logLines({ home, lines = 100 }: { home: string; lines?: number }): string[] {
  try {
    return readFileSync(daemonFiles(home).log, "utf8").trimEnd().split("\n").slice(-lines);
  } catch {
    return [];
  }
}

/**
 * A request to `/_local/*` of the running embedded cloud, e.g. `requests`, `faults`, `clock`, `state`, `unknown`.
 * @returns the parsed answer. @throws {DaemonError} if none runs or it refuses.
 */
export async function localAdmin(
  { home }: { home: string },
  path: string,
  request: { method?: string; body?: unknown } = {},
): Promise<unknown> {
  const status = await daemonStatus({ home });
  if (status.state !== "running")
    throw new DaemonError("The embedded cloud does not run.\n  remedy: chittyops local start");
  const answer = await fetch(`${status.daemon.controlUrl}/_local/${path}`, {
    method: request.method ?? "GET",
    headers: { authorization: `Bearer ${readLocalTokens({ home }).admin}`, "content-type": "application/json" },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const body: unknown = await answer.json();
  if (!answer.ok) {
    const reason =
      typeof body === "object" && body !== null && "error" in body ? String(body.error) : answer.statusText;
    throw new DaemonError(`The embedded cloud refused ${request.method ?? "GET"} /_local/${path}: ${reason}`);
  }
  return body;
}

/** What there is of Neon in the running embedded cloud. @throws {DaemonError} */
export async function neonSummary(where: { home: string }): Promise<NeonSummary> {
  const { neon } = (await localAdmin(where, "state")) as { neon: NeonSummary };
  return neon;
}

/** Keeps the daemon's own memory small; what it serves is done by workerd. */
const frugal = ["--max-semi-space-size=16"];

function launch(home: string, seed: LocalSeed): ReturnType<typeof spawn> {
  const files = daemonFiles(home);
  mkdirSync(dirname(files.startLog), { recursive: true });
  const output = openSync(files.startLog, "w");
  const child = spawn(process.execPath, [...frugal, join(import.meta.dirname, "daemon.ts"), "--home", home], {
    detached: true,
    stdio: ["pipe", output, output],
    // Compiled code is kept, which halves the time that loading takes.
    env: { NODE_COMPILE_CACHE: files.compileCache, ...process.env, CHITTYOPS_HOME: home },
  });
  closeSync(output);
  // It may end before it has read its seed; why is in its log.
  child.stdin?.on("error", () => {});
  child.stdin?.end(JSON.stringify(seed));
  child.unref();
  return child;
}

function readDescriptor(file: string): LocalDaemon | undefined {
  try {
    return localDaemon.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function holds(daemon: LocalDaemon, seed: LocalSeed): boolean {
  const organizations = seed.neonOrganizations ?? seed.accounts.map(({ name }) => ({ name, plan: undefined }));
  const hasOrganizations = organizations.every(({ name, plan }) =>
    daemon.neonOrganizations.some((one) => one.name === name && (plan === undefined || one.plan === plan)),
  );
  return (
    hasOrganizations &&
    seed.accounts.every(({ name, zones }) => {
      const account = daemon.accounts.find((one) => one.name === name);
      return account !== undefined && zones.every((zone) => account.zones.some((one) => one.name === zone));
    })
  );
}

function startFailure(home: string, code: number | string | null): string {
  let said = "";
  try {
    said = readFileSync(daemonFiles(home).startLog, "utf8").trim();
  } catch {
    // Then the log's end has to do.
  }
  if (code === userError && said) return said;
  return `The embedded cloud did not start.\n${said || `It ended with ${code}.`}\n${logTail(home)}`;
}

function logTail(home: string): string {
  const lines = logLines({ home, lines: 15 });
  return lines.length === 0 ? "" : `End of ${daemonFiles(home).log}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
