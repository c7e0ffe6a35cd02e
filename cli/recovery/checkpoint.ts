import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { type Deployment, deployment } from "./deployment.ts";

/** The engine's checkpoint file; `latest` is absent in a stack that was only just made. */
const checkpointFile = z.looseObject({
  version: z.literal(3),
  checkpoint: z.looseObject({ stack: z.string(), latest: deployment.nullish() }),
});

export type Checkpoint =
  | { state: "absent" }
  | { state: "sound"; deployment: Deployment; modified: number }
  | { state: "corrupt"; reason: string };

/** What was read last, for as long as the file is the same: a command asks several times. Nobody changes what they are given. */
let last: { key: string; checkpoint: Checkpoint } | undefined;

/** Reads a checkpoint without trusting it. */
export function readCheckpoint(file: string): Checkpoint {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return { state: "absent" };
  const key = `${file} ${found.ino} ${found.size} ${found.mtimeNs}`;
  if (last?.key !== key) last = { key, checkpoint: parseCheckpoint(file, Number(found.mtimeMs)) };
  return last.checkpoint;
}

function parseCheckpoint(file: string, modified: number): Checkpoint {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return { state: "corrupt", reason: error instanceof Error ? error.message : String(error) };
  }
  const parsed = checkpointFile.safeParse(content);
  if (!parsed.success)
    return { state: "corrupt", reason: z.prettifyError(parsed.error).split("\n")[0] ?? "not a checkpoint" };
  return { state: "sound", deployment: parsed.data.checkpoint.latest ?? {}, modified };
}

export interface Repair {
  reason: string;
  /** Where the damaged file was kept. */
  kept: string;
  /** The sound copy that took its place, and when it was written; absent when there is none. */
  restored?: { from: string; modified: number };
}

/**
 * Puts a sound copy in the place of a damaged checkpoint and keeps the damaged one. The copy is the newest sound one of: the engine's
 * backup of the step before, its backups of finished updates, its history.
 */
export function repairCheckpoint(file: string, keepIn: string, now = new Date()): Repair | undefined {
  const current = readCheckpoint(file);
  if (current.state !== "corrupt") return undefined;
  const kept = keepCopy(file, keepIn, now);
  const copy = candidates(file).find(({ path }) => readCheckpoint(path).state === "sound");
  if (!copy) return { reason: current.reason, kept };
  // The engine keeps a checksum beside each file; the one of the damaged file is wrong for the copy.
  rmSync(`${file}.attrs`, { force: true });
  const temporary = `${file}.restoring`;
  writeFileSync(temporary, readFileSync(copy.path), { mode: 0o600 });
  renameSync(temporary, file);
  return { reason: current.reason, kept, restored: { from: copy.path, modified: copy.modified } };
}

/** Copies a state file to `<folder>/<name>.<time>.json` and returns that path. */
export function keepCopy(file: string, folder: string, now = new Date()): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = join(folder, `${basename(file, ".json")}.${now.toISOString().replaceAll(":", "-")}.json`);
  copyFileSync(file, kept);
  return kept;
}

function candidates(file: string): { path: string; modified: number }[] {
  const stack = basename(file, ".json");
  const project = basename(dirname(file));
  const root = join(dirname(file), "../..");
  const folders = ["backups", "history"].map((kind) => join(root, kind, project, stack));
  const copies = folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith(".json") && !name.endsWith(".history.json"))
          .map((name) => join(folder, name))
      : [],
  );
  return [`${file}.bak`, ...copies]
    .filter((path) => existsSync(path))
    .map((path) => ({ path, modified: statSync(path).mtimeMs }))
    .toSorted((a, b) => b.modified - a.modified);
}
