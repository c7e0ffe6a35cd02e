import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Artifact, bundle, fileDigests } from "./bundle.ts";
import { repositoryRoot } from "./home.ts";

/**
 * Builds everything that runs outside the program itself, skipping what is fresh: resource providers, edge code with its sha256,
 * the programs that components run, the language host. Same sources, same bytes.
 * @throws Error with the messages of all that do not compile; the others are built all the same.
 */
export async function buildArtifacts(): Promise<void> {
  const digestOf = fileDigests(repositoryRoot);
  const results = await Promise.allSettled(artifacts().map((artifact) => bundle(repositoryRoot, artifact, digestOf)));
  const made = results.flatMap((result) =>
    result.status === "fulfilled" && result.value.built ? result.value.output : [],
  );
  if (made.length > 0) console.error(`Built ${made.join(", ")}`);
  const failures = results.flatMap((result) => (result.status === "rejected" ? (result.reason as Error).message : []));
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

function artifacts(): Artifact[] {
  return [
    ...entries("providers", "main.ts", "node"),
    ...entries("components", "main.ts", "node"),
    ...entries("runtime", "index.ts", "workerd"),
    ...entries("local/engine", "main.ts", "node"),
  ];
}

/** `<folder>/<name>/<file>` becomes `<folder>/dist/<name>.mjs`. */
function entries(folder: string, file: string, target: Artifact["target"]): Artifact[] {
  const parent = join(repositoryRoot, folder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "dist" && existsSync(join(parent, entry.name, file)))
    .map(({ name }) => ({ entry: `${folder}/${name}/${file}`, output: `${folder}/dist/${name}.mjs`, target }))
    .sort((a, b) => a.entry.localeCompare(b.entry, "en"));
}

if (import.meta.main) await buildArtifacts();
