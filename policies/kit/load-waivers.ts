import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { readWaiver, type Waiver } from "./waivers.ts";

/** A file of the folder of waivers. */
export interface WaiverFile {
  /** Its name within the folder. */
  file: string;
  sha256: string;
  /** The resource it is about, as far as that can be read. */
  urn: string | undefined;
  /** Absent where anything is wrong with it: it waives nothing then. */
  waiver: Waiver | undefined;
  /** Everything that is wrong with it. */
  problems: readonly string[];
}

/** Where the waivers of this repository are; another folder in tests. */
const waiversFolder = (): string => process.env.CHITTYOPS_WAIVERS ?? join(import.meta.dirname, "../waivers");

/**
 * Reads every `*.yaml` of the folder of waivers, one waiver each; see `readWaiver`. Two of the same id are both wrong.
 * @param known ids of all rules.
 */
export function loadWaivers(known: ReadonlySet<string>, today: string, folder = waiversFolder()): WaiverFile[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => readFile(folder, file, known, today));
  const byId = Map.groupBy(files, ({ waiver }) => waiver?.id);
  return files.map((file) => {
    const others = file.waiver === undefined ? [] : (byId.get(file.waiver.id) ?? []).filter((other) => other !== file);
    if (others.length === 0) return file;
    const problem = `id: is also that of ${others.map((other) => other.file).join(", ")}`;
    return { ...file, waiver: undefined, problems: [...file.problems, problem] };
  });
}

function readFile(folder: string, file: string, known: ReadonlySet<string>, today: string): WaiverFile {
  const text = readFileSync(join(folder, file));
  const sha256 = createHash("sha256").update(text).digest("hex");
  const document = parseDocument(text.toString("utf8"));
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ code }) => `(the file): is not YAML (${code})`);
    return { file, sha256, urn: undefined, waiver: undefined, problems };
  }
  const content: unknown = document.toJS();
  const { waiver, problems } = readWaiver(content, known, today);
  const { data } = z.looseObject({ urn: z.string() }).safeParse(content);
  return { file, sha256, urn: data?.urn, waiver, problems };
}

/** `stale.yaml: expiresOn: has passed`, one for each problem. */
export function waiverProblems(files: readonly WaiverFile[]): string[] {
  return files.flatMap(({ file, problems }) => problems.map((problem) => `${file}: ${problem}`));
}
