import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type EnvironmentName, type FamilyName, familyNames } from "../../catalog/index.ts";
import { writeWholeSync } from "../../local/engine/write-whole.ts";
import { recordsFolder } from "../records-folder.ts";
import { UserError } from "../user-error.ts";

const reapedApp = z.strictObject({
  family: z.enum(familyNames),
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  /** What had passed. An app that was given another one in the catalog since is an app again. */
  expiresAt: z.iso.datetime(),
  reapedAt: z.iso.datetime(),
  /** Where what it stored was exported to, with the sha256 of the manifest. */
  exported: z.strictObject({ folder: z.string(), manifest: z.string() }).optional(),
});
export type ReapedApp = z.infer<typeof reapedApp>;

/**
 * The apps of an environment that were removed because they expired, a file for each: what keeps the next update from making them again.
 * Those of `local` are this machine's; those of real environments are in `reaped/` of the repository, to be committed.
 */
export class ReapedApps {
  readonly #folder: string;

  constructor(environment: EnvironmentName, folder: string = recordsFolder("reaped", environment)) {
    this.#folder = folder;
  }

  /** @throws UserError for a file that is no record */
  all(): ReapedApp[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(".json"))
      .sort()
      .map((name) => this.#read(join(this.#folder, name)));
  }

  record(app: ReapedApp): void {
    const file = join(this.#folder, `${app.family}.${app.id}.json`);
    writeWholeSync(file, `${JSON.stringify(reapedApp.parse(app), null, 2)}\n`);
  }

  /** As the program of a family's stack reads it: `expiresAt` by id. */
  ofFamily(family: FamilyName): Record<string, string> {
    const own = this.all().filter((app) => app.family === family);
    return Object.fromEntries(own.map(({ id, expiresAt }) => [id, expiresAt]));
  }

  #read(file: string): ReapedApp {
    try {
      return reapedApp.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
      throw new UserError(`${file} cannot be read.`, {
        details:
          error instanceof z.ZodError ? error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) : [],
        expected: "the record of an app that was reaped, as JSON",
        remedy: "restore it from the repository's history",
        cause: error,
      });
    }
  }
}
