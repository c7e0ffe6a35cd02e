import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { z } from "zod";
import { packagesLine, packagesMark } from "../../contracts/bundle-packages.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { writeWhole } from "./write-whole.ts";

/** One bundle. Paths are relative to the repository; `output` ends in `.mjs`. */
export interface Artifact {
  entry: string;
  output: string;
  target: "node" | "workerd";
}

/** What a bundle was made from, kept beside it: path and sha256 of each source of ours, and of the bundle itself. */
const record = z.object({ toolchain: z.string(), sources: z.record(z.string(), z.string()), output: z.string() });

/**
 * Bundles one artifact into a single file unless the one there was made from these very sources.
 * A bundle for workerd says in its last line which versions of which packages are in it (contracts/bundle-packages.ts), and gets its sha256
 * (hexadecimal, one line) in `<output>.sha256`.
 */
export async function bundle(
  root: string,
  artifact: Artifact,
  digestOf = fileDigests(root),
): Promise<{ output: string; built: boolean }> {
  const { entry, output, target } = artifact;
  const path = join(root, output);
  const recordPath = join(dirname(path), `.${entry.replaceAll("/", "-")}.json`);
  const toolchain = sha256(`${await digestOf("package-lock.json")}${JSON.stringify(options(target))}${packagesMark}`);
  if (await isFresh(path, target, recordPath, toolchain, digestOf)) return { output, built: false };

  // Only here, since what is fresh needs no compiler.
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    ...options(target),
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: output,
    write: false,
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  const contents =
    target === "workerd"
      ? Buffer.concat([code, Buffer.from(packagesLine(await bundledPackages(root, Object.keys(metafile.inputs))))])
      : code;
  const ours = Object.keys(metafile.inputs).filter((input) => !input.includes("node_modules/"));
  const sources: Record<string, string> = {};
  for (const source of ours.sort()) sources[source] = sha256(await readFile(join(root, source)));
  const digest = sha256(contents);

  await writeWhole(path, contents);
  if (target === "workerd") await writeWhole(`${path}.sha256`, `${digest}\n`);
  await writeWhole(recordPath, JSON.stringify({ toolchain, sources, output: digest } satisfies z.infer<typeof record>));
  return { output, built: true };
}

function options(target: Artifact["target"]) {
  const shared = {
    bundle: true,
    format: "esm",
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
  } satisfies BuildOptions;
  if (target === "workerd") {
    return {
      ...shared,
      platform: "browser",
      conditions: ["workerd", "worker", "browser"],
      target: "es2024",
      external: ["cloudflare:*", "node:*"],
    } satisfies BuildOptions;
  }
  return {
    ...shared,
    platform: "node",
    target: "node24",
    // It finds its WebAssembly beside itself.
    external: ["libpg-query"],
    // CommonJS packages inside the bundle still call `require` for Node's own modules.
    banner: {
      js: 'import { createRequire as _createRequire } from "node:module";\nconst require = _createRequire(import.meta.url);',
    },
  } satisfies BuildOptions;
}

/** Sha256 of files below `root`, each read once: bundles that are looked at together share most of their sources. */
export function fileDigests(root: string): (file: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (file) => {
    const digest = known.get(file) ?? readFile(join(root, file)).then(sha256);
    known.set(file, digest);
    return digest;
  };
}

async function isFresh(
  path: string,
  target: string,
  recordPath: string,
  toolchain: string,
  digestOf: (file: string) => Promise<string>,
): Promise<boolean> {
  try {
    const made = record.parse(JSON.parse(await readFile(recordPath, "utf8")));
    if (target === "workerd") await access(`${path}.sha256`);
    if (made.toolchain !== toolchain || made.output !== sha256(await readFile(path))) return false;
    for (const [source, digest] of Object.entries(made.sources)) {
      if (digest !== (await digestOf(source))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
