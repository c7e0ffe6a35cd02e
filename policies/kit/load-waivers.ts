import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { readWaiver, type Waiver } from "./waivers.ts";

/** Reads every `*.yaml` of a folder, one waiver each; see `readWaiver`. */
export function loadWaivers(
  folder: string,
  known: ReadonlySet<string>,
  today: string,
): { waivers: Waiver[]; problems: string[] } {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  const read = files.map((file) => {
    const document = parseDocument(readFileSync(join(folder, file), "utf8"));
    if (document.errors.length > 0)
      return { problems: document.errors.map(({ code }) => `${file}: is not YAML (${code})`) };
    return readWaiver(file, document.toJS(), known, today);
  });
  return {
    waivers: read.flatMap((each) => ("waiver" in each && each.waiver !== undefined ? [each.waiver] : [])),
    problems: read.flatMap(({ problems }) => problems),
  };
}
