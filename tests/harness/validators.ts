import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { engineCacheFolder } from "../../local/engine/sources/cache.ts";

const run = promisify(execFile);

/** Other people's validators of the formats of evidence, from their package registries. Only a full test run wants them. */
const pins = { "sarif-multitool": "5.7.0", "compliance-trestle": "5.2.0" } as const;

const folderOf = (name: keyof typeof pins): string =>
  join(dirname(engineCacheFolder()), "validators", `${name}-${pins[name]}`);

/** Makes what is in the folder where that was not done yet, or not to its end. */
async function once(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(join(folder, "made"))) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await make(folder);
  writeFileSync(join(folder, "made"), "");
  return folder;
}

/** `Sarif.Multitool validate` of a file: what it has to say, a line each, e.g. `…: error JSON1005: …`. */
export async function validateSarif(file: string): Promise<string> {
  const folder = await once(folderOf("sarif-multitool"), async (made) => {
    const wanted = `@microsoft/sarif-multitool@${pins["sarif-multitool"]}`;
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts=false", "--prefix", made, wanted]);
  });
  const tool = join(folder, "node_modules/.bin/sarif-multitool");
  const { stdout } = await run(tool, ["validate", file, "--output", `${file}.validated`, "--log", "ForceOverwrite"]);
  return stdout;
}

/** Imports OSCAL documents into a new trestle workspace and validates it. @throws with trestle's words when one is refused. */
export async function validateOscal(documents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await once(folderOf("compliance-trestle"), async (made) => {
    // A virtual environment knows its own place, so it is made where it stays.
    await run("python3", ["-m", "venv", join(made, "venv")]);
    const pip = join(made, "venv/bin/pip");
    await run(pip, ["install", "--quiet", `compliance-trestle==${pins["compliance-trestle"]}`]);
  });
  const trestle = join(folder, "venv/bin/trestle");
  const workspace = mkdtempSync(join(folder, "workspace-"));
  try {
    await run(trestle, ["init", "--local"], { cwd: workspace });
    for (const [name, file] of Object.entries(documents)) {
      await run(trestle, ["import", "-f", file, "-o", name], { cwd: workspace });
    }
    const { stdout, stderr } = await run(trestle, ["validate", "-a"], { cwd: workspace });
    return stdout + stderr;
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}
